// What events of a profile are matched against: of each rule of a set its parts.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "rules/query/expression.h"
#include "rules/rule/rule.h"
#include "rules/schema/profile.h"

namespace riposte::match {

struct RulePart {
  uint32_t rule = 0;                         // index in RuleSet::rules
  uint32_t part = 0;                         // index in rule::PartsOf() of its trigger
  const query::Expression* query = nullptr;  // what an event has to be for it
};

// By index, the rules whose firings somebody takes: enabled ones that fire, and those that such a
// rule has a part `firings_of`, directly or through others.
std::vector<bool> NeededRules(const rule::RuleSet& rules);

// The parts of the needed rules that run on `profile`, ascending by rule and part; without those
// that take firings, as no event fits them. `joined` gets the queries that stand nowhere in the
// rules; `rules` and `joined` must outlive what is returned.
std::vector<RulePart> PartsToMatch(const rule::RuleSet& rules, const schema::Profile& profile,
                                   std::deque<query::Expression>& joined);

}  // namespace riposte::match
