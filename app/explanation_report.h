// An explanation as `riposte explain` prints it.
#pragma once

#include <string>

#include "app/explanation.h"

namespace riposte::app {

// Ticks and crosses for those who can see them; else + and -.
enum class Marks { kAscii, kUnicode };

// Lines for people: rule, event and verdict, then the query's tree, one node a line, `>` in front
// of those that decide, then what would be ordered. `event` is the event's name for people.
std::string ExplanationText(const Explanation& explanation, const std::string& event, Marks marks);

// One JSON object with all of it, on one line with its end.
std::string ExplanationJson(const Explanation& explanation, const std::string& event);

}  // namespace riposte::app
