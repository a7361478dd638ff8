// A trigger criterion in words, for people who ask what a rule waits for.
#pragma once

#include <string>

#include "base/json.h"
#include "engine/trigger/nearest.h"
#include "rules/rule/trigger.h"
#include "rules/schema/catalogue.h"

namespace riposte::app {

// "count: 5 or more matches within 10m, for each asset.id". Not safe for a terminal: names of steps
// are the author's.
std::string TriggerWords(const rule::Trigger& trigger, const schema::Catalogue& catalogue);

// How near a group came: "2 of 3", "1 of 2 steps", "4.5 of 9".
std::string ReachedWords(const trigger::Nearest& nearest, const rule::Trigger& trigger);
// What was missing then, and until when: "1 more by 2026-01-01T00:15:00.000Z".
std::string MissingWords(const trigger::Nearest& nearest, const rule::Trigger& trigger);

// As "nearest" of an object that is open.
void WriteNearest(const trigger::Nearest& nearest, const rule::Trigger& trigger,
                  json::Writer& writer);

}  // namespace riposte::app
