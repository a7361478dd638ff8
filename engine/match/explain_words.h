// The reasons of an explanation as people read them.
#pragma once

#include <string>

#include "engine/match/explain.h"

namespace riposte::match {

// One line without control characters. All of `node` but its words is there; `event` is the one
// that it was evaluated for.
std::string WordsFor(const Explained& node, const event::Event& event,
                     const schema::Catalogue& catalogue);

}  // namespace riposte::match
