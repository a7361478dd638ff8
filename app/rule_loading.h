// One validator for every way that rules come in: `check`, `test`, `replay`, the start and each
// reload accept the same sets. (A start and a reload refuse one more: the empty set, where there
// are rules that it would end.)
#pragma once

#include <string>
#include <vector>

#include "rules/rule/rule.h"
#include "rules/text/diagnostic.h"

namespace riposte::app {

struct LoadedRules {
  rule::RuleSetPtr rules;  // null if there was an error
  text::Diagnostics diagnostics;
};

// Reads and lints. All diagnostics of all files, sorted by place.
LoadedRules LoadRuleSet(const std::vector<std::string>& paths, const schema::SchemaPtr& schema);

// For an engine that keeps no windows: each enabled rule that needs one, for its trigger or for
// `suppress`, becomes an error.
void RefuseWindows(LoadedRules& loaded);

// Where a rule runs and where it does not.
struct Reach {
  std::vector<std::string> profiles;  // it runs on events of these
  struct Without {
    std::string profile;
    std::vector<std::string> missing;  // tokens; empty: the rule does not name the profile
  };
  std::vector<Without> without;
};
Reach ReachOf(const rule::Rule& rule, const schema::Schema& schema);

}  // namespace riposte::app
