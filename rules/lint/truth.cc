#include "rules/lint/truth.h"

#include <algorithm>

#include "rules/lint/clauses.h"
#include "rules/lint/relation.h"
#include "rules/lint/tokens.h"

namespace riposte::lint {
namespace {

using query::Node;
using query::NodeId;

// Operands of one operator are compared pair by pair, up to so many.
constexpr size_t kMostOperands = 200;

Truth Opposite(Truth truth) {
  if (truth == Truth::kOpen) return truth;
  return truth == Truth::kNever ? Truth::kAlways : Truth::kNever;
}

class Analysis {
 public:
  Analysis(const RuleQuery& asked, const schema::Schema& schema)
      : rule_(asked.rule), query_(asked.whole()), schema_(schema), negated_(NegatedNodes(query_)) {}

  std::vector<Clash> Run() {
    truths_.reserve(query_.nodes().size());
    for (size_t i = 0; i < query_.nodes().size(); ++i) truths_.push_back(TruthOf(i));
    for (Clash& clash : clashes_) clash.whole = truths_.back() == clash.truth;
    return std::move(clashes_);
  }

 private:
  Truth TruthOf(size_t index) {
    const Node& node = query_.nodes()[index];
    switch (node.kind) {
      case Node::Kind::kClause:
        return Truth::kOpen;
      case Node::Kind::kGroup: {
        // Without a sub-object it does not hold, whatever is asked of it.
        const Truth inner = truths_[query::Index(node.children.front())];
        return inner == Truth::kNever ? inner : Truth::kOpen;
      }
      case Node::Kind::kNot:
        return Opposite(truths_[query::Index(node.children.front())]);
      case Node::Kind::kAnd:
        return OfOperator(index, Truth::kNever);
      case Node::Kind::kOr:
        return OfOperator(index, Truth::kAlways);
    }
    return Truth::kOpen;
  }

  // One operand that is `deciding` decides; so does a pair.
  Truth OfOperator(size_t index, Truth deciding) {
    const Node& node = query_.nodes()[index];
    const auto is = [&](Truth truth) {
      return [this, truth](NodeId id) { return truths_[query::Index(id)] == truth; };
    };
    if (std::any_of(node.children.begin(), node.children.end(), is(deciding))) return deciding;
    if (FindPair(node, deciding, negated_[index])) return deciding;
    const bool all =
        std::all_of(node.children.begin(), node.children.end(), is(Opposite(deciding)));
    return all ? Opposite(deciding) : Truth::kOpen;
  }

  bool FindPair(const Node& node, Truth deciding, bool negated) {
    if (node.children.size() > kMostOperands) return false;
    std::vector<std::optional<Condition>> conditions;
    conditions.reserve(node.children.size());
    for (const NodeId child : node.children) conditions.push_back(ConditionOf(query_, child));
    for (size_t second = 1; second < node.children.size(); ++second) {
      for (size_t first = 0; first < second; ++first) {
        const bool decides = AreOpposites(node.children[first], node.children[second]) ||
                             (conditions[first] && conditions[second] &&
                              Decides(*conditions[first], *conditions[second], deciding));
        if (!decides) continue;
        clashes_.push_back({.truth = negated ? Opposite(deciding) : deciding,
                            .first = query_.node(node.children[first]).span,
                            .second = query_.node(node.children[second]).span});
        return true;
      }
    }
    return false;
  }

  bool Decides(const Condition& a, const Condition& b, Truth deciding) const {
    if (a.field != b.field) return false;
    const bool single = IsSingleValued(rule_, schema_, a.field);
    return deciding == Truth::kNever ? Exclude(a, b, single) : Cover(a, b, single);
  }

  // x and `not x`.
  bool AreOpposites(NodeId a, NodeId b) const {
    const auto negates = [this](NodeId not_x, NodeId x) {
      const Node& node = query_.node(not_x);
      return node.kind == Node::Kind::kNot && SameTree(query_, node.children.front(), x);
    };
    return negates(a, b) || negates(b, a);
  }

  const rule::Rule& rule_;
  const query::Expression& query_;
  const schema::Schema& schema_;
  const std::vector<bool> negated_;
  std::vector<Truth> truths_;  // by node
  std::vector<Clash> clashes_;
};

}  // namespace

std::vector<Clash> FindClashes(const RuleQuery& asked, const schema::Schema& schema) {
  return Analysis(asked, schema).Run();
}

}  // namespace riposte::lint
