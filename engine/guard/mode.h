// A rule enforces only if it says so and has been armed; until then its commands are dry runs.
#pragma once

#include "engine/guard/guard.h"

namespace riposte::guard {

// Dry run: "rule_dry_run" where the rule does not say enforce; "not_armed" before its arming time
// was read back and has come; "event_before_arming" where the broker appended the record before
// that time; of the events of a window, any of them.
class ModeGuard final : public Guard {
 public:
  std::string_view name() const override { return "mode"; }
  Decision Judge(const remediate::Command& command, const Context& context) const override;
};

}  // namespace riposte::guard
