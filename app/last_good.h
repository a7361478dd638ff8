// The rule set that was live last, kept as files in the state directory.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "rules/rule/rule.h"

namespace riposte::app {

// Writes all files of `rules` as they were read into `<state_directory>/rules-<hash>/` and then
// points `<state_directory>/rules-last-good` to it, so that a crash leaves the set before or this
// one. Sets before are removed. kIo: it cannot be written.
Status KeepLastGood(const rule::RuleSet& rules, const std::string& state_directory);

// The folder that the kept set is in; empty if there is none.
std::string LastGoodFolder(const std::string& state_directory);
// Its files, to load the set from. They are given one by one because the folders that they came
// from may have been hidden ones, and their names may end in anything.
std::vector<std::string> LastGoodFiles(const std::string& folder);

}  // namespace riposte::app
