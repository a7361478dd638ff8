// The condition of a temporal correlation in words: rules joined by and, or, not.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "rules/text/diagnostic.h"

namespace riposte::sigma {

// A text, and where it stands in the file.
struct Written {
  std::string text{};
  text::Span span{};
};

// A part of what a temporal correlation waits for, all of which have to hold: one of these rules
// matches, or, if it is absent, none of them does.
struct CorrelationTerm {
  bool absent = false;
  std::vector<size_t> rules{};  // places in the correlation's list of rules, ascending, each once
  auto operator<=>(const CorrelationTerm&) const = default;
};

// Most rules of a correlation, and most terms.
inline constexpr size_t kMostCorrelated = 64;

// The terms of the condition, by their first rule, each once. Only what `rules` has may be named,
// and all of it has to be; with `rules` empty the names of the condition become the rules. Empty
// after an error (correlation-condition, unknown-rule, too-many-steps): also where the condition is
// sound but no list of terms says the same.
std::optional<std::vector<CorrelationTerm>> ParseCorrelationExpression(
    const text::Fragment& condition, std::vector<Written>& rules, text::Diagnostics& diagnostics);

}  // namespace riposte::sigma
