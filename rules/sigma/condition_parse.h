// A Sigma condition: search identifiers joined by and, or, not, "1 of" and "all of".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rules/query/expression.h"
#include "rules/text/diagnostic.h"

namespace riposte::sigma {

// A search identifier and what it says; empty if that had an error, which was reported.
struct Selection {
  std::string name{};
  text::Span name_span{};  // in the file
  std::optional<query::Expression> expression{};
  bool used = false;  // a condition that was parsed names it
};

// Most nodes of a rule's expression: a condition can name a selection again and again.
inline constexpr size_t kMaxNodes = 500'000;

// The condition as a node of `out`, the selections copied into it and marked as used; spans count
// in the file. Empty after an error; a selection that had one is no further error.
std::optional<query::NodeId> ParseCondition(const text::Fragment& condition,
                                            std::vector<Selection>& selections,
                                            text::Diagnostics& diagnostics, query::Expression& out);

}  // namespace riposte::sigma
