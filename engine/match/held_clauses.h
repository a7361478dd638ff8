// By which clauses a query holds for an event, and by which values: what an alert says about its
// match. Leaner than explain.h: only what is true, and only so much of it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event/event.h"
#include "engine/match/naive.h"
#include "rules/query/expression.h"

namespace riposte::match {

// A clause outside of any negation that is true, and the first value that makes it so.
struct HeldClause {
  std::string_view token;  // lives as long as the catalogue
  std::string text;        // the clause as QQL, names in full
  bool has_value = false;  // none: the clause is `is null`
  std::string_view value;  // as the event has it; lives as long as the event
};

// At most `most` of them, in the order of the query, which holds for the event; none where it holds
// by negations only. Costs about as much as evaluating the query plainly.
std::vector<HeldClause> HeldClauses(const query::Expression& expression,
                                    const schema::Catalogue& catalogue, const event::Event& event,
                                    const Context& context, RegexCache& regexes, size_t most);

}  // namespace riposte::match
