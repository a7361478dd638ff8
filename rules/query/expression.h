// The one expression tree that every front end (QQL, Sigma) produces and every evaluator runs.
// Type-checked against a catalogue and normalised: what can be wrong with a query was said by then,
// so evaluation cannot fail.
//
// Truth has three values. A clause on an absent field is false, so `not a: 1` holds where `a` is
// absent. A clause on an undecodable value ("n/a" in a number field) is unknown, and so is its
// negation; `and`, `or` follow Kleene; a query matches if it is true.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ip.h"
#include "base/number.h"
#include "base/time.h"
#include "rules/schema/catalogue.h"
#include "rules/text/source.h"

namespace riposte::query {

// Texts are folded (unicode::Fold) and compared with folded values, unless `cased`.

// The words, next to each other and in this order, among the value's words; with `last_is_prefix`
// the last one only has to begin a word. Words are those of the folded text, on both sides.
struct Phrase {
  std::vector<std::string> words;
  bool last_is_prefix = false;
  bool operator==(const Phrase&) const = default;
};
// The whole value.
struct Equals {
  std::string text;
  bool cased = false;
  bool operator==(const Equals&) const = default;
};
// What stands between two parts of a wildcard: `characters` code points, or, if it is open, at
// least so many.
struct Gap {
  uint32_t characters = 0;
  bool open = true;
  bool operator==(const Gap&) const = default;
};
// The whole value: the parts in order, any text in place of each gap. parts.size() >= 2; an empty
// first or last part is a leading or trailing gap. `a*` is {"a", ""}. Read as if all gaps were
// stars, it is a necessary condition.
struct Wildcard {
  std::vector<std::string> parts;
  bool cased = false;
  std::vector<Gap> gaps{};  // one fewer than parts; empty: all are stars
  bool operator==(const Wildcard&) const = default;
};
struct Contains {
  std::string text;  // not empty
  bool cased = false;
  bool operator==(const Contains&) const = default;
};
// RE2, unanchored, on the value as written (not folded).
struct Matches {
  std::string pattern;
  bool ignore_case = false;
  bool operator==(const Matches&) const = default;
};
// An interval that holds something; a missing end is open and counts as inclusive, and at most one
// is missing. Equality is an interval with both ends equal and inclusive.
template <typename T>
struct Interval {
  std::optional<T> low{}, high{};
  bool low_inclusive = true, high_inclusive = true;
  bool operator==(const Interval&) const = default;
};
using NumberIn = Interval<Number>;
using IpIn = Interval<IpAddress>;
// A fixed time in the years 0 to 9999 (or the instant after them, as an end), or `now` (the
// record's broker append time) moved by calendar months (the day is cut to the month's last) or by
// milliseconds, of which one is 0.
struct TimePoint {
  bool relative = false;
  Time fixed{};
  int32_t months = 0;
  int64_t offset_ms = 0;
  bool operator==(const TimePoint&) const = default;
  Time Resolve(Time now) const;
};
using DateIn = Interval<TimePoint>;
struct BoolIs {
  bool value = true;
  bool operator==(const BoolIs&) const = default;
};
// Compares with the values of another field of the event (text or keyword, as the clause's own):
// holds for a value that equals, holds, begins or ends with one of them.
struct OtherField {
  enum class How : uint8_t { kEquals, kContains, kStartsWith, kEndsWith };
  schema::FieldId field = schema::kNoField;
  How how = How::kEquals;
  bool cased = false;
  bool operator==(const OtherField&) const = default;
};
// Absent, JSON null or []. Never unknown.
struct IsNull {
  bool operator==(const IsNull&) const = default;
};

using Predicate = std::variant<Phrase, Equals, Wildcard, Contains, Matches, NumberIn, IpIn, DateIn,
                               BoolIs, OtherField, IsNull>;

enum class NodeId : uint32_t {};
constexpr size_t Index(NodeId id) { return static_cast<size_t>(id); }

struct Node {
  enum class Kind : uint8_t {
    kAnd,     // two or more children
    kOr,      // two or more children
    kNot,     // one child
    kClause,  // field, predicate: true if any of the field's values satisfies it
    kGroup,   // field is an object token, one child: true if the child is for a single sub-object
  };
  Kind kind = Kind::kClause;
  std::vector<NodeId> children;
  schema::FieldId field = schema::kNoField;
  Predicate predicate;
  text::Span span;  // in the query's text
};

// A tree in one array; children stand before their parents, the root is last. Built by adding
// nodes, children first, each the child of one parent at most, and ended by SetRoot(). No part
// recurses: depth is bounded by memory alone, so that a hostile query cannot overflow the stack.
class Expression {
 public:
  // At least one child; of one child, the result is that child.
  NodeId AddAnd(std::vector<NodeId> children, text::Span span);
  NodeId AddOr(std::vector<NodeId> children, text::Span span);
  NodeId AddNot(NodeId child, text::Span span);  // not not x is x
  NodeId AddClause(schema::FieldId field, Predicate predicate, text::Span span);
  NodeId AddGroup(schema::FieldId object, NodeId child, text::Span span);
  // A copy of a built expression's tree; its root. The spans are copied, too, unless one is given
  // for all of them.
  NodeId AddCopy(const Expression& other, std::optional<text::Span> span = std::nullopt);
  // Ends the building: an `and` in an `and` and an `or` in an `or` are spliced into it, nodes that
  // the root does not reach are dropped, and ids are given anew, in post-order.
  void SetRoot(NodeId root);

  bool empty() const { return nodes_.empty(); }
  NodeId root() const { return root_; }
  const Node& node(NodeId id) const { return nodes_[Index(id)]; }
  const std::vector<Node>& nodes() const { return nodes_; }
  // The fields it reads, ascending, each once; object tokens included.
  std::vector<schema::FieldId> Fields() const;
  // Same tree; spans do not count. Both are built.
  bool SameAs(const Expression& other) const;

 private:
  NodeId Add(Node node);
  NodeId AddOperator(Node::Kind kind, std::vector<NodeId> children, text::Span span);

  std::vector<Node> nodes_;
  NodeId root_{};
};

}  // namespace riposte::query
