// What the predicates on text ask of a value: plain functions of texts, shared by the plain
// evaluator and the matcher.
#pragma once

#include <span>
#include <string_view>

#include "rules/query/expression.h"

namespace riposte::match {

// Whether the whole `text` is the parts of `wildcard` in order with any text, also none, in each
// gap. Time O(text * longest part).
bool MatchesWildcard(const query::Wildcard& wildcard, std::string_view text);

// Whether the phrase's words stand next to each other, in order, among `words`.
bool HasPhrase(const query::Phrase& phrase, std::span<const std::string_view> words);

}  // namespace riposte::match
