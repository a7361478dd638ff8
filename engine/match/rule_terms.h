// The rules of a set for one profile, as terms of one table: what the matcher is compiled of, and
// what is told about it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/event/decode.h"
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

// What the rules' terms need of which events: a rule that has to have a clause on the kind of event
// cannot be true of other events, whatever fields they have.
std::vector<event::FieldUse> FieldUsesOf(const rule::RuleSet& rules,
                                         std::span<const RuleTerm> terms,
                                         const PredicateTable& table, const AnchorChoice& choice);

// The guard of a rule: of the conditions that all must hold, other than the one that the rule is
// found by, the rarest that says what kind of event it is about (a value of an enum, a boolean).
// kNoTerm if there is none.
TermId GuardOf(const PredicateTable& table, const AnchorChoice& choice,
               const schema::Catalogue& catalogue, TermId root);

}  // namespace riposte::match
