// Anchors by their definition: what the index must agree with.
#pragma once

#include <string>

#include "engine/event/event.h"
#include "engine/match/anchor.h"

namespace riposte::match {

// Whether the anchor holds of the event: its definition, tried on each value.
bool HoldsOf(const Anchor& anchor, const event::Event& event);

// "keyword = alice", "text tail cmd.exe", "number = 8", "ip in 10.0.0.0/104", "text exists" ...
std::string Describe(const Anchor& anchor, const schema::Catalogue& catalogue);

}  // namespace riposte::match
