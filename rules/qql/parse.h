// Qualys Query Language: text to a checked expression. The grammar is in docs/rules.md.
#pragma once

#include <optional>

#include "rules/query/expression.h"
#include "rules/text/diagnostic.h"

namespace riposte::qql {

// Parses and type-checks `query` against `catalogue`. All errors go to `diagnostics`, with spans in
// the query's file; the result is empty if there was one. Safe on hostile text: time and memory
// linear in its length, nesting up to 1,000.
std::optional<query::Expression> Parse(const text::Fragment& query,
                                       const schema::Catalogue& catalogue,
                                       text::Diagnostics& diagnostics);

}  // namespace riposte::qql
