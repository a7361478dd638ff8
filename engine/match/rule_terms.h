// The rules of a set for one profile, as terms of one table: what the matcher is compiled of, and
// what is told about it.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/match/anchor.h"
#include "engine/match/predicate_table.h"
#include "rules/rule/rule.h"

namespace riposte::match {

struct RuleTerm {
  uint32_t rule = 0;  // index in RuleSet::rules
  TermId root = kNoTerm;
};

// Adds the enabled rules that run on `profile` to the table, ascending.
std::vector<RuleTerm> AddRules(const rule::RuleSet& rules, const schema::Profile& profile,
                               PredicateTable& table);

// The guard of a rule: of the conditions that all must hold, other than the one that the rule is
// found by, the rarest that says what kind of event it is about (a value of an enum, a boolean).
// kNoTerm if there is none.
TermId GuardOf(const PredicateTable& table, const AnchorChoice& choice,
               const schema::Catalogue& catalogue, TermId root);

}  // namespace riposte::match
