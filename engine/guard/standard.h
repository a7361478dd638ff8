// The chain that every command passes, in the order of docs/architecture.md.
#pragma once

#include "engine/guard/expiry.h"
#include "engine/guard/guard.h"
#include "engine/guard/protected.h"

namespace riposte::guard {

struct Settings {
  MaxEventAge max_event_age;
  ProtectedList protection = ProtectedList::Shipped();
};

// Kill switch, expiry, protected, scope, mode.
Chain StandardChain(Settings settings);
// For tests of rules and replays, whose events are old and whose commands are never sent: protected
// and scope only.
Chain ReplayChain(Settings settings);

}  // namespace riposte::guard
