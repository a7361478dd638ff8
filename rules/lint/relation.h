// When one condition of a query says something about another. Only what is certain: false means
// that it is not known.
#pragma once

#include <optional>
#include <vector>

#include "rules/query/expression.h"

namespace riposte::lint {

// Whether each value that satisfies `a` satisfies `b`.
bool Implies(const query::Predicate& a, const query::Predicate& b);
// Whether no value satisfies both.
bool AreDisjoint(const query::Predicate& a, const query::Predicate& b);

// A condition on one field: one of several clauses holds (a clause alone, a list), or none does.
struct Condition {
  schema::FieldId field = schema::kNoField;
  bool negated = false;
  std::vector<const query::Predicate*> any_of;
};
// Empty if the node is none. Borrows the expression.
std::optional<Condition> ConditionOf(const query::Expression& query, query::NodeId id);

// Whether `b` holds wherever `a` does.
bool Implies(const Condition& a, const Condition& b);
// Whether they cannot hold both. `single`: the field has one value at most.
bool Exclude(const Condition& a, const Condition& b, bool single);
// Whether one of them always holds. `single` as above.
bool Cover(const Condition& a, const Condition& b, bool single);

// Whether both nodes are the same tree; spans do not count. Linear in the smaller.
bool SameTree(const query::Expression& query, query::NodeId a, query::NodeId b);

}  // namespace riposte::lint
