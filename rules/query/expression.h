// The one expression tree that every front end produces (QQL now, Sigma next) and every evaluator
// runs. Type-checked against a catalogue and normalised: what can be wrong with a query was said by
// then, so evaluation cannot fail.
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
// the last one only has to begin a word.
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
// The whole value: the parts in order, any text in place of each star. parts.size() >= 2; an empty
// first or last part is a leading or trailing star. `a*` is {"a", ""}.
struct Wildcard {
  std::vector<std::string> parts;
  bool cased = false;
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
// An interval; a missing end is open. Equality is an interval with both ends equal and inclusive.
template <typename T>
struct Interval {
  std::optional<T> low, high;
  bool low_inclusive = true, high_inclusive = true;
  bool operator==(const Interval&) const = default;
};
using NumberIn = Interval<Number>;
using IpIn = Interval<IpAddress>;
// A fixed time, or `now` (the record's broker append time) moved by calendar months and by
// milliseconds (months first; the day is cut to the month's last).
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
// Absent, JSON null or []. Never unknown.
struct IsNull {
  bool operator==(const IsNull&) const = default;
};

using Predicate = std::variant<Phrase, Equals, Wildcard, Contains, Matches, NumberIn, IpIn, DateIn,
                               BoolIs, IsNull>;

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

// A tree in one array; children stand before their parents, the root is last.
class Expression {
 public:
  NodeId AddAnd(std::vector<NodeId> children,
                text::Span span);  // one child: that child; a child of the same kind is spliced in
  NodeId AddOr(std::vector<NodeId> children, text::Span span);
  NodeId AddNot(NodeId child, text::Span span);  // not not x is x
  NodeId AddClause(schema::FieldId field, Predicate predicate, text::Span span);
  NodeId AddGroup(schema::FieldId object, NodeId child, text::Span span);
  void SetRoot(NodeId root) { root_ = root; }

  bool empty() const { return nodes_.empty(); }
  NodeId root() const { return root_; }
  const Node& node(NodeId id) const { return nodes_[Index(id)]; }
  const std::vector<Node>& nodes() const { return nodes_; }
  // The fields it reads, ascending, each once; object tokens included.
  std::vector<schema::FieldId> Fields() const;
  // Same tree; spans do not count.
  bool SameAs(const Expression& other) const;

 private:
  std::vector<Node> nodes_;
  NodeId root_{};
};

}  // namespace riposte::query
