// A trigger criterion in words, for people who ask what a rule waits for.
#pragma once

#include <string>

#include "rules/rule/trigger.h"
#include "rules/schema/catalogue.h"

namespace riposte::app {

// "count: 5 or more matches within 10m, for each asset.id". Not safe for a terminal: names of steps
// are the author's.
std::string TriggerWords(const rule::Trigger& trigger, const schema::Catalogue& catalogue);

}  // namespace riposte::app
