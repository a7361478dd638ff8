// A command acts on the asset that the event came from, never on another that the event merely
// names.
#pragma once

#include "engine/guard/guard.h"

namespace riposte::guard {

// Deny, "other_asset", unless the command's asset is the event's.
class Scope final : public Guard {
 public:
  std::string_view name() const override { return "scope"; }
  Decision Judge(const remediate::Command& command, const Context& context) const override;
};

}  // namespace riposte::guard
