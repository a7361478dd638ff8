#include "engine/match/held_clauses.h"

#include <utility>
#include <variant>

#include "rules/query/print.h"

namespace riposte::match {
namespace {

using event::RowId;
using query::Node;
using query::NodeId;

struct Collector {
  const query::Expression& expression;
  const schema::Catalogue& catalogue;
  const event::Event& event;
  const Context& context;
  RegexCache& regexes;
  const size_t most;
  std::vector<HeldClause> held{};

  bool IsTrue(NodeId id, RowId row) const {
    return EvaluateNode(expression, id, event, row, context, regexes) == Truth::kTrue;
  }

  // Of a node that is true for the row.
  void Visit(NodeId id, RowId row) {
    if (held.size() >= most) return;
    const Node& node = expression.node(id);
    switch (node.kind) {
      case Node::Kind::kAnd:
        for (const NodeId child : node.children) Visit(child, row);
        return;
      case Node::Kind::kOr:
        for (const NodeId child : node.children)
          if (held.size() < most && IsTrue(child, row)) Visit(child, row);
        return;
      case Node::Kind::kNot:
        return;
      case Node::Kind::kGroup:
        return VisitGroup(node, row);
      case Node::Kind::kClause:
        return AddClause(id, node, row);
    }
  }

  // The first sub-object that makes it true.
  void VisitGroup(const Node& node, RowId row) {
    const std::vector<event::Row>& rows = event.rows();
    for (RowId inner = row; inner < rows.size(); ++inner) {
      if (rows[inner].object != node.field || !event.Within(inner, row)) continue;
      if (IsTrue(node.children.front(), inner)) return Visit(node.children.front(), inner);
    }
  }

  void AddClause(NodeId id, const Node& node, RowId row) {
    HeldClause& clause = held.emplace_back(
        HeldClause{.token = catalogue.token(node.field).name,
                   .text = query::PrintNode(expression, id, schema::kNoField, catalogue),
                   .value = {}});
    for (const event::Value& value : event.values(node.field)) {
      if (!event.Within(value.row, row) || !Satisfies(node, value)) continue;
      clause.has_value = true;
      clause.value = value.text;
      return;
    }
  }

  bool Satisfies(const Node& node, const event::Value& value) const {
    const query::OtherField* const other = std::get_if<query::OtherField>(&node.predicate);
    const Truth truth = other != nullptr
                            ? EvaluateOther(*other, value, event)
                            : EvaluatePredicate(node.predicate, value, context, regexes);
    return truth == Truth::kTrue;
  }
};

}  // namespace

std::vector<HeldClause> HeldClauses(const query::Expression& expression,
                                    const schema::Catalogue& catalogue, const event::Event& event,
                                    const Context& context, RegexCache& regexes, size_t most) {
  Collector collector{.expression = expression,
                      .catalogue = catalogue,
                      .event = event,
                      .context = context,
                      .regexes = regexes,
                      .most = most};
  collector.Visit(expression.root(), event::kRootRow);
  return std::move(collector.held);
}

}  // namespace riposte::match
