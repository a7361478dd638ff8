// One setting stops all enforcement, whatever the rules say. Commands are then dry runs: the
// detections go on, and people see what would have been ordered.
#pragma once

#include "engine/guard/guard.h"

namespace riposte::guard {

// Dry run, "enforcement_disabled", unless Context::enforcement is enabled.
class KillSwitch final : public Guard {
 public:
  std::string_view name() const override { return "kill_switch"; }
  Decision Judge(const remediate::Command& command, const Context& context) const override;
};

}  // namespace riposte::guard
