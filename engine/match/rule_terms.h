// The parts of a rule set for one profile, as terms of one table: what the matcher is compiled of,
// and what is told about it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/event/decode.h"
#include "engine/match/anchor.h"
#include "engine/match/predicate_table.h"
#include "engine/match/rule_parts.h"
#include "rules/rule/rule.h"

namespace riposte::match {

// Adds the parts to the table: the term of each.
std::vector<TermId> AddParts(std::span<const RulePart> parts, PredicateTable& table);

// What the parts, whose terms are `roots`, need of which events: one that has to have a clause on
// the kind of event cannot be true of other events, whatever fields they have. And what their rules
// read of events that match.
std::vector<event::FieldUse> FieldUsesOf(const rule::RuleSet& rules,
                                         std::span<const RulePart> parts,
                                         std::span<const TermId> roots, const PredicateTable& table,
                                         const AnchorChoice& choice);

// The guard of a part: of the conditions that all must hold, other than the one that the part is
// found by, the rarest that says what kind of event it is about (a value of an enum, a boolean).
// kNoTerm if there is none.
TermId GuardOf(const PredicateTable& table, const AnchorChoice& choice,
               const schema::Catalogue& catalogue, TermId root);

}  // namespace riposte::match
