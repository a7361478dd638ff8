#include "rules/lint/shadowed_condition.h"

#include <algorithm>

#include <fmt/format.h>

#include "rules/lint/finding.h"
#include "rules/lint/relation.h"

namespace riposte::lint {

namespace {

using query::Node;
using query::NodeId;

// Operands are compared pair by pair, up to so many.
constexpr size_t kMostCompared = 200;

class Search {
 public:
  Search(const RuleQuery& asked, text::Diagnostics& diagnostics)
      : asked_(asked), query_(asked.written), diagnostics_(diagnostics) {}

  // One finding for each operand that is not needed.
  void Visit(const Node& node) {
    if (node.children.size() > kMostCompared) return;
    std::vector<std::optional<Condition>> conditions;
    conditions.reserve(node.children.size());
    for (const NodeId child : node.children) conditions.push_back(ConditionOf(query_, child));
    const bool is_or = node.kind == Node::Kind::kOr;
    for (size_t i = 0; i < conditions.size(); ++i) {
      for (size_t j = 0; j < conditions.size(); ++j) {
        if (i == j || !conditions[i] || !conditions[j]) continue;
        const Condition& narrow = is_or ? *conditions[i] : *conditions[j];
        const Condition& wide = is_or ? *conditions[j] : *conditions[i];
        // Equal ones are said to be repeated.
        if (!Implies(narrow, wide) || Implies(wide, narrow)) continue;
        if (Report(node, i, j)) break;
      }
    }
  }

 private:
  bool Report(const Node& node, size_t needless, size_t other) {
    const text::Span span = query_.node(node.children[needless]).span;
    const text::Span reason = query_.node(node.children[other]).span;
    // A front end made several conditions out of one.
    const auto made_of = [&](text::Span whole) {
      return std::count_if(node.children.begin(), node.children.end(),
                           [&](NodeId id) { return query_.node(id).span == whole; }) > 1;
    };
    if (made_of(span) || span == reason) return false;
    const bool is_or = node.kind == Node::Kind::kOr;
    WarnInQuery(
        asked_, span,
        {.code = "shadowed-condition",
         .message =
             is_or ? fmt::format("whatever this finds, '{}' finds, too", Excerpt(asked_, reason))
                   : fmt::format("wherever '{}' holds, this holds, too", Excerpt(asked_, reason)),
         .hint = "remove one of them, or correct the one that says too much"},
        diagnostics_);
    return true;
  }

  const RuleQuery& asked_;
  const query::Expression& query_;
  text::Diagnostics& diagnostics_;
};

}  // namespace

void CheckShadowedCondition(const RuleQuery& asked, const schema::Schema&,
                            text::Diagnostics& diagnostics) {
  Search search(asked, diagnostics);
  for (const Node& node : asked.written.nodes()) {
    if (node.kind == Node::Kind::kAnd || node.kind == Node::Kind::kOr) search.Visit(node);
  }
}

}  // namespace riposte::lint
