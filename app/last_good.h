// The rule set that was live last, kept as files in the state directory.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "rules/rule/rule.h"

namespace riposte::app {

// Writes the sources of `rules` as they were read into `<state_directory>/rules-<hash>/` and then
// points `<state_directory>/rules-last-good` to it, so that a crash leaves the set before or this
// one. Sets before are removed. kIo: it cannot be written.
Status KeepLastGood(const rule::RuleSet& rules, const std::string& state_directory);

// The folder to load the kept set from; empty if there is none.
std::string LastGoodFolder(const std::string& state_directory);

}  // namespace riposte::app
