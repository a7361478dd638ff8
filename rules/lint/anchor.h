// What a rule can be found by, in simple words: a value, a word or a text that an event must have
// for the rule to match, and that few events have.
#pragma once

#include "rules/lint/rule_query.h"
#include "rules/rule/rule.h"

namespace riposte::lint {

// The shortest literal that is looked for; shorter ones are in too many values.
constexpr size_t kShortestAnchor = 3;

// The most literal bytes in a row that a regular expression may ask for, counted generously: 0 for
// `\d+.*[a-z]`. What is in brackets of alternatives counts, too.
size_t LongestLiteralIn(const query::Matches& regex);

// Whether each event that fits the query has a value that an index can find it by: an equality,
// a phrase, a text of three bytes or more, a single address or number - but not the event's type, a
// truth value, a range, a null test or a negation.
bool HasAnchor(const RuleQuery& asked, const schema::Schema& schema);

}  // namespace riposte::lint
