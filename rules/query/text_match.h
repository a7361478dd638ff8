// What the predicates on text ask of a value: plain functions of texts, shared by the front
// ends, the lints, the plain evaluator and the matcher.
#pragma once

#include <span>
#include <string_view>

#include "rules/query/expression.h"

namespace riposte::query {

// Whether the whole `text`, valid UTF-8, is the parts of `wildcard` in order with what each gap
// asks for between them. Time O(text * pattern).
bool MatchesWildcard(const Wildcard& wildcard, std::string_view text);

// Whether `text` compares with `other`, the text of another field, as the predicate says.
bool ComparesWith(OtherField::How how, std::string_view text, std::string_view other);

// Whether the phrase's words stand next to each other, in order, among `words`.
bool HasPhrase(const Phrase& phrase, std::span<const std::string_view> words);

}  // namespace riposte::query
