// Walks over a rule's query.
#pragma once

#include <string>
#include <vector>

#include "rules/rule/rule.h"

namespace riposte::lint {

// By node: whether an odd number of negations stand above it. A negated condition leaves events
// out, it selects none.
std::vector<bool> NegatedNodes(const query::Expression& query);

// Calls f(node, negated) for each clause, in the order of the text.
template <typename F>
void ForEachClause(const query::Expression& query, F&& f) {
  const std::vector<bool> negated = NegatedNodes(query);
  for (size_t i = 0; i < negated.size(); ++i) {
    const query::Node& node = query.nodes()[i];
    if (node.kind == query::Node::Kind::kClause) f(node, negated[i]);
  }
}

// The literal texts of a clause on a text or keyword: of an equality or a substring one, of a
// wildcard its parts that are not empty, of a phrase none (its words stand alone).
std::vector<std::string> LiteralsOf(const query::Predicate& predicate);

// The one text that the value has to end in: all of an equality, the last part of a wildcard.
// Empty: none.
std::string EndingOf(const query::Predicate& predicate);

}  // namespace riposte::lint
