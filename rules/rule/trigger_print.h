// Prints a trigger as a canonical text, of which hashes are made.
#pragma once

#include <string>

#include "rules/rule/trigger.h"

namespace riposte::rule {

// Two triggers have the same text only if they mean the same: names of fields, and of steps with
// their canonical queries, are in it, places in files are not. One line, stable across releases;
// not a form that is read back.
std::string PrintTrigger(const Trigger& trigger, const schema::Catalogue& catalogue);

}  // namespace riposte::rule
