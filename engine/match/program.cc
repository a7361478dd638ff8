#include "engine/match/program.h"

#include <algorithm>
#include <optional>
#include <variant>

#include "base/unicode.h"
#include "engine/match/text_match.h"

namespace riposte::match {
namespace {

// What one predicate costs to evaluate, roughly, in comparisons of short texts.
struct CostOf {
  uint32_t operator()(const query::Phrase&) const { return 16; }
  uint32_t operator()(const query::Equals&) const { return 1; }
  uint32_t operator()(const query::Wildcard&) const { return 4; }
  uint32_t operator()(const query::Contains&) const { return 4; }
  uint32_t operator()(const query::Matches&) const { return 32; }
  uint32_t operator()(const query::NumberIn&) const { return 1; }
  uint32_t operator()(const query::IpIn&) const { return 1; }
  uint32_t operator()(const query::DateIn&) const { return 2; }
  uint32_t operator()(const query::BoolIs&) const { return 1; }
  uint32_t operator()(const query::IsNull&) const { return 1; }
};

// Whether `value` lies in the interval, its ends made comparable by `resolve`.
template <typename Ends, typename T, typename Resolve>
bool Lies(const query::Interval<Ends>& interval, const T& value, const Resolve& resolve) {
  if (interval.low) {
    const T low = resolve(*interval.low);
    if (value < low || (value == low && !interval.low_inclusive)) return false;
  }
  if (interval.high) {
    const T high = resolve(*interval.high);
    if (value > high || (value == high && !interval.high_inclusive)) return false;
  }
  return true;
}

struct Same {
  template <typename T>
  const T& operator()(const T& value) const {
    return value;
  }
};

}  // namespace

void WordMemo::Clear() {
  entries_.clear();
  words_.clear();
}

std::span<const std::string_view> WordMemo::Words(const event::Value& value) {
  for (const Entry& entry : entries_)
    if (entry.value == &value) return std::span(words_).subspan(entry.begin, entry.count);
  if (entries_.size() == kMaxRemembered) {
    unremembered_.clear();
    unicode::Words(value.folded, unremembered_);
    return unremembered_;
  }
  const size_t begin = words_.size();
  unicode::Words(value.folded, words_);
  entries_.push_back({.value = &value, .begin = begin, .count = words_.size() - begin});
  return std::span(words_).subspan(begin);
}

uint32_t Programs::Add(const query::Expression& expression) {
  const uint32_t base = static_cast<uint32_t>(nodes_.size());
  for (const query::Node& source : expression.nodes()) {
    Node node{.kind = source.kind,
              .field = source.field,
              .first_child = static_cast<uint32_t>(children_.size()),
              .child_count = static_cast<uint32_t>(source.children.size())};
    for (const query::NodeId child : source.children) {
      children_.push_back(base + static_cast<uint32_t>(query::Index(child)));
      node.cost += nodes_[children_.back()].cost;
    }
    std::stable_sort(children_.begin() + node.first_child, children_.end(),
                     [&](uint32_t a, uint32_t b) { return nodes_[a].cost < nodes_[b].cost; });
    if (source.kind == query::Node::Kind::kClause) {
      node.predicate = &source.predicate;
      node.cost = std::visit(CostOf{}, source.predicate);
      if (const query::Matches* matches = std::get_if<query::Matches>(&source.predicate))
        node.regex = &regexes_.Get(*matches);
    }
    nodes_.push_back(node);
  }
  return base + static_cast<uint32_t>(query::Index(expression.root()));
}

struct Programs::Run {
  const Programs& programs;
  const event::Event& event;
  const Context& context;
  WordMemo& words;

  Truth Visit(uint32_t at, event::RowId row) const {
    const Node& node = programs.nodes_[at];
    switch (node.kind) {
      case query::Node::Kind::kAnd:
        return Combine(node, row, Truth::kFalse, Truth::kTrue);
      case query::Node::Kind::kOr:
        return Combine(node, row, Truth::kTrue, Truth::kFalse);
      case query::Node::Kind::kNot:
        return Not(Visit(programs.children_[node.first_child], row));
      case query::Node::Kind::kClause:
        return VisitClause(node, row);
      case query::Node::Kind::kGroup:
        return VisitGroup(node, row);
    }
    RIPOSTE_CHECK(false, "a node of an unknown kind");
  }

  // The first child that is `decisive` decides; without one, an unknown child makes it unknown.
  Truth Combine(const Node& node, event::RowId row, Truth decisive, Truth neutral) const {
    Truth truth = neutral;
    for (uint32_t i = 0; i < node.child_count; ++i) {
      const Truth child = Visit(programs.children_[node.first_child + i], row);
      if (child == decisive) return decisive;
      if (child == Truth::kUnknown) truth = child;
    }
    return truth;
  }

  Truth VisitGroup(const Node& node, event::RowId row) const {
    Truth truth = Truth::kFalse;
    const std::vector<event::Row>& rows = event.rows();
    for (event::RowId inner = row; inner < rows.size(); ++inner) {
      if (rows[inner].object != node.field || !event.Within(inner, row)) continue;
      const Truth one = Visit(programs.children_[node.first_child], inner);
      if (one == Truth::kTrue) return one;
      if (one == Truth::kUnknown) truth = one;
    }
    return truth;
  }

  Truth VisitClause(const Node& node, event::RowId row) const {
    const bool is_null = std::holds_alternative<query::IsNull>(*node.predicate);
    bool unknown = false;
    for (const event::Value& value : event.values(node.field)) {
      if (row != event::kRootRow && !event.Within(value.row, row)) continue;
      if (is_null) return Truth::kFalse;
      if (value.undecodable != event::Undecodable::kNone) {
        unknown = true;
      } else if (Holds(node, value)) {
        return Truth::kTrue;
      }
    }
    if (is_null) return Truth::kTrue;
    return unknown ? Truth::kUnknown : Truth::kFalse;
  }

  bool Holds(const Node& node, const event::Value& value) const {
    const query::Predicate& predicate = *node.predicate;
    const auto text = [&](bool cased) { return cased ? value.text : value.folded; };
    if (const query::Equals* equals = std::get_if<query::Equals>(&predicate))
      return text(equals->cased) == equals->text;
    if (const query::Wildcard* wildcard = std::get_if<query::Wildcard>(&predicate))
      return MatchesWildcard(*wildcard, text(wildcard->cased));
    if (const query::Contains* contains = std::get_if<query::Contains>(&predicate))
      return text(contains->cased).find(contains->text) != std::string_view::npos;
    if (const query::Phrase* phrase = std::get_if<query::Phrase>(&predicate))
      return HasPhrase(*phrase, words.Words(value));
    if (node.regex != nullptr) return node.regex->Search(value.text);
    if (const query::NumberIn* in = std::get_if<query::NumberIn>(&predicate))
      return Lies(*in, value.number, Same{});
    if (const query::IpIn* in = std::get_if<query::IpIn>(&predicate))
      return Lies(*in, value.ip, Same{});
    if (const query::DateIn* in = std::get_if<query::DateIn>(&predicate))
      return Lies(*in, value.date,
                  [&](const query::TimePoint& point) { return point.Resolve(context.now); });
    return value.boolean == std::get<query::BoolIs>(predicate).value;
  }
};

bool Programs::Matches(uint32_t root, const event::Event& event, const Context& context,
                       WordMemo& words) const {
  const Run run{.programs = *this, .event = event, .context = context, .words = words};
  return run.Visit(root, event::kRootRow) == Truth::kTrue;
}

}  // namespace riposte::match
