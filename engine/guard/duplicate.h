// Nothing is ordered twice: not by a topic that is read again, not by a second rule that asks for
// the same on the same target.
#pragma once

#include "engine/guard/guard.h"

namespace riposte::guard {

// Deny: "already_ordered", this very command; "in_flight", another one with the same action and
// target, of which the agent has not said how it ended; "in_force", one whose effect lasts by the
// last report.
//
// What would run dry anyway, for the kill switch or for its rule's mode, is allowed: it orders
// nothing, and that a twin enforces is no reason not to show what it would do. Without a memory of
// orders all is allowed.
class Duplicate final : public Guard {
 public:
  std::string_view name() const override { return "duplicate"; }
  Decision Judge(const remediate::Command& command, const Context& context) const override;
};

}  // namespace riposte::guard
