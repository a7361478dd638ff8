// The expressions of a whole rule set as one graph in flat arrays: a predicate of a field stands
// once, however many rules ask for it, and so does each `and`, `or`, `not` and group of the same
// children.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "rules/query/expression.h"

namespace riposte::match {

// Index of a term in its table, counted from 0; children have lower ones than their parents.
using TermId = uint32_t;
inline constexpr TermId kNoTerm = UINT32_MAX;

struct Term {
  query::Node::Kind kind = query::Node::Kind::kClause;
  schema::FieldId field = schema::kNoField;       // of a clause or a group
  uint32_t first_child = 0, child_count = 0;      // in the table's children
  uint32_t mentions = 0;                          // in how many places of the expressions it stands
  const query::Expression* expression = nullptr;  // where the term stood first
  query::NodeId node{};

  const query::Predicate& predicate() const { return expression->node(node).predicate; }
};

class PredicateTable {
 public:
  // The term of the whole expression, which must outlive the table.
  TermId Add(const query::Expression& expression);

  size_t size() const { return terms_.size(); }
  const Term& term(TermId id) const { return terms_[id]; }
  // Of an `and` or `or`: each once, ascending.
  std::span<const TermId> children(TermId id) const {
    return std::span(children_).subspan(terms_[id].first_child, terms_[id].child_count);
  }

 private:
  // The term that equals `term` with these children, added if there is none.
  TermId Intern(Term term, std::span<const TermId> children);
  bool Same(TermId id, const Term& term, std::span<const TermId> children) const;

  std::vector<Term> terms_;
  std::vector<TermId> children_;
  std::vector<TermId> next_;  // by term: another one with the same hash, or kNoTerm
  boost::unordered_flat_map<uint64_t, TermId> by_hash_;
};

}  // namespace riposte::match
