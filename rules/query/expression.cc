#include "rules/query/expression.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/check.h"

namespace riposte::query {

Time TimePoint::Resolve(Time now) const {
  if (!relative) return fixed;
  // Calendar arithmetic is done on the years that dates are written in; `now` lies far inside.
  constexpr Time kFirst{std::chrono::sys_days{std::chrono::year(0) / 1 / 1}};
  constexpr Time kLast{std::chrono::sys_days{std::chrono::year(9999) / 12 / 31}};
  const Time base = std::clamp(now, kFirst, kLast);
  const std::chrono::sys_days day = std::chrono::floor<std::chrono::days>(base);
  std::chrono::year_month_day date = std::chrono::year_month_day(day) + std::chrono::months(months);
  if (!date.ok()) date = date.year() / date.month() / std::chrono::last;
  return Time(std::chrono::sys_days(date)) + (base - day) + Duration(offset_ms);
}

NodeId Expression::Add(Node node) {
  const NodeId id{static_cast<uint32_t>(nodes_.size())};
  nodes_.push_back(std::move(node));
  return id;
}

NodeId Expression::AddOperator(Node::Kind kind, std::vector<NodeId> children, text::Span span) {
  RIPOSTE_CHECK(!children.empty(), "an operator needs operands");
  if (children.size() == 1) return children.front();
  Node node;
  node.kind = kind;
  node.children = std::move(children);
  node.span = span;
  return Add(std::move(node));
}

NodeId Expression::AddAnd(std::vector<NodeId> children, text::Span span) {
  return AddOperator(Node::Kind::kAnd, std::move(children), span);
}

NodeId Expression::AddOr(std::vector<NodeId> children, text::Span span) {
  return AddOperator(Node::Kind::kOr, std::move(children), span);
}

NodeId Expression::AddNot(NodeId child, text::Span span) {
  const Node& negated = node(child);
  if (negated.kind == Node::Kind::kNot) return negated.children.front();
  Node result;
  result.kind = Node::Kind::kNot;
  result.children = {child};
  result.span = span;
  return Add(std::move(result));
}

NodeId Expression::AddClause(schema::FieldId field, Predicate predicate, text::Span span) {
  Node node;
  node.field = field;
  node.predicate = std::move(predicate);
  node.span = span;
  return Add(std::move(node));
}

NodeId Expression::AddGroup(schema::FieldId object, NodeId child, text::Span span) {
  Node node;
  node.kind = Node::Kind::kGroup;
  node.field = object;
  node.children = {child};
  node.span = span;
  return Add(std::move(node));
}

NodeId Expression::AddCopy(const Expression& other, std::optional<text::Span> span) {
  const auto shift = static_cast<uint32_t>(nodes_.size());
  const auto moved = [shift](NodeId id) { return NodeId{static_cast<uint32_t>(id) + shift}; };
  for (const Node& node : other.nodes_) {
    Node& copy = nodes_.emplace_back(node);
    std::ranges::transform(copy.children, copy.children.begin(), moved);
    copy.span = span.value_or(copy.span);
  }
  return moved(other.root());
}

void Expression::SetRoot(NodeId root) {
  struct Visit {
    NodeId node;
    size_t next_child = 0;
    size_t first_result = 0;  // in `results`: where those of this node's children begin
    bool spliced = false;     // its children become its parent's
  };
  std::vector<Node> ordered;
  std::vector<NodeId> results;
  std::vector<Visit> path{Visit{.node = root}};
  while (!path.empty()) {
    Visit& visit = path.back();
    Node& node = nodes_[Index(visit.node)];
    if (visit.next_child < node.children.size()) {
      const NodeId child = node.children[visit.next_child++];
      const bool is_operator = node.kind == Node::Kind::kAnd || node.kind == Node::Kind::kOr;
      path.push_back(Visit{.node = child,
                           .first_result = results.size(),
                           .spliced = is_operator && nodes_[Index(child)].kind == node.kind});
      continue;
    }
    if (!visit.spliced) {
      const auto first = results.begin() + static_cast<std::ptrdiff_t>(visit.first_result);
      node.children.assign(first, results.end());
      results.erase(first, results.end());
      results.push_back(NodeId{static_cast<uint32_t>(ordered.size())});
      ordered.push_back(std::move(node));
    }
    path.pop_back();
  }
  nodes_ = std::move(ordered);
  root_ = results.front();
}

std::vector<schema::FieldId> Expression::Fields() const {
  std::vector<schema::FieldId> fields;
  for (const Node& node : nodes_) {
    // A list of a thousand texts is a thousand clauses on one field.
    if (node.field != schema::kNoField && (fields.empty() || fields.back() != node.field))
      fields.push_back(node.field);
    if (node.kind != Node::Kind::kClause) continue;
    if (const OtherField* other = std::get_if<OtherField>(&node.predicate))
      fields.push_back(other->field);
  }
  std::sort(fields.begin(), fields.end());
  fields.erase(std::unique(fields.begin(), fields.end()), fields.end());
  return fields;
}

bool Expression::SameAs(const Expression& other) const {
  // Post-order gives equal trees equal arrays.
  return std::equal(nodes_.begin(), nodes_.end(), other.nodes_.begin(), other.nodes_.end(),
                    [](const Node& a, const Node& b) {
                      return a.kind == b.kind && a.children == b.children && a.field == b.field &&
                             a.predicate == b.predicate;
                    });
}

}  // namespace riposte::query
