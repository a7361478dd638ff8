// Stores of tasks with windows in them, for the tests of `riposte state`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "engine/state/store.h"
#include "rules/rule/rule.h"

namespace riposte::test {

// A rule file: five failed logons of a user on an asset within ten minutes.
std::string WindowRuleFile(std::string_view name = "Many starts");
// Its rules, read with windows.
rule::RuleSetPtr WindowRules(const std::string& path);

// What a task would write whose first rule has seen, in the group of these values, events of the
// qualys-edr profile at these times: E1, E2 and so on.
std::vector<state::Change> WindowChanges(const rule::RuleSet& rules,
                                         const std::vector<std::string>& group,
                                         const std::vector<Time>& times);
// What it writes when alerts of its second rule, which has `suppress` by one field, were silent
// since `first`, of that value.
std::vector<state::Change> SilencedChanges(const rule::RuleSetPtr& rules, const std::string& value,
                                           Time first);
// What it writes of its clock: one source, at `watermark`.
std::vector<state::Change> ClockChanges(Time watermark);

// Applies it to the store of that name below `directory`, which is made.
void WriteStore(const std::string& directory, const std::string& name,
                const std::vector<state::Change>& changes, const state::Mark& mark);

}  // namespace riposte::test
