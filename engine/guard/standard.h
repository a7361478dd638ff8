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

// Kill switch, expiry, duplicate, protected, scope, mode.
Chain StandardChain(Settings settings);
// For tests of rules and replays, whose events are old and whose commands are never sent: protected
// and scope only. What was ordered before is not asked either: they say what a rule does with an
// event, whichever other rules are there and whichever events came before.
Chain ReplayChain(Settings settings);
// Why a command of a run of events would not be ordered: duplicate before those of ReplayChain.
Chain ExplainChain(Settings settings);

}  // namespace riposte::guard
