#include "rules/lint/relation.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "base/unicode.h"
#include "rules/query/text_match.h"

namespace riposte::lint {
namespace {

using query::Node;
using query::NodeId;
using query::Predicate;

// Equality, substring and wildcard in one form: the parts with any text between them.
struct Pattern {
  std::vector<std::string> parts;
  bool cased = false;
};

std::optional<Pattern> PatternOf(const Predicate& predicate) {
  if (const auto* equals = std::get_if<query::Equals>(&predicate))
    return Pattern{.parts = {equals->text}, .cased = equals->cased};
  if (const auto* contains = std::get_if<query::Contains>(&predicate))
    return Pattern{.parts = {"", contains->text, ""}, .cased = contains->cased};
  // Gaps of a length ask for more than stars do.
  const auto* wildcard = std::get_if<query::Wildcard>(&predicate);
  if (wildcard != nullptr && wildcard->gaps.empty())
    return Pattern{.parts = wildcard->parts, .cased = wildcard->cased};
  return std::nullopt;
}

std::vector<std::string> Folded(std::vector<std::string> parts) {
  for (std::string& part : parts) part = unicode::Fold(part);
  return parts;
}

bool Matches(std::string_view text, const std::vector<std::string>& parts) {
  if (parts.size() == 1) return text == parts.front();
  return query::MatchesWildcard({.parts = parts}, text);
}

// The pattern as a text with a byte that no literal has in place of any text: what matches it
// matches whatever stands there.
std::string Skeleton(const std::vector<std::string>& parts) {
  std::string text = parts.front();
  for (size_t i = 1; i < parts.size(); ++i) text += '\xff' + parts[i];
  return text;
}

bool Implies(const Pattern& a, const Pattern& b) {
  if (b.cased && !a.cased) return false;
  const bool fold = a.cased && !b.cased;
  return Matches(Skeleton(fold ? Folded(a.parts) : a.parts), b.parts);
}

bool AreDisjoint(const Pattern& a, const Pattern& b) {
  const bool fold = a.cased != b.cased;
  const std::vector<std::string> left = fold ? Folded(a.parts) : a.parts;
  const std::vector<std::string> right = fold ? Folded(b.parts) : b.parts;
  if (left.size() == 1) return !Matches(left.front(), right);
  if (right.size() == 1) return !Matches(right.front(), left);
  const auto clash = [](std::string_view x, std::string_view y, bool ends) {
    if (x.size() > y.size()) std::swap(x, y);
    return ends ? !y.ends_with(x) : !y.starts_with(x);
  };
  return clash(left.front(), right.front(), false) || clash(left.back(), right.back(), true);
}

// Each value that has the words of `a` next to each other has those of `b`.
bool Implies(const query::Phrase& a, const query::Phrase& b) {
  for (size_t at = 0; at + b.words.size() <= a.words.size(); ++at) {
    const auto begin = a.words.begin() + static_cast<std::ptrdiff_t>(at);
    const bool others = std::equal(b.words.begin(), b.words.end() - 1, begin);
    const std::string& last = a.words[at + b.words.size() - 1];
    const bool open = a.last_is_prefix && at + b.words.size() == a.words.size();
    const bool fits =
        b.last_is_prefix ? last.starts_with(b.words.back()) : !open && last == b.words.back();
    if (others && fits) return true;
  }
  return false;
}

// Ends of intervals that have an order whatever the time is.
bool IsFixed(const Number&) { return true; }
bool IsFixed(const IpAddress&) { return true; }
bool IsFixed(const query::TimePoint& point) { return !point.relative; }
const Number& Place(const Number& number) { return number; }
const IpAddress& Place(const IpAddress& address) { return address; }
const Time& Place(const query::TimePoint& point) { return point.fixed; }

template <typename T>
bool IsFixed(const query::Interval<T>& interval) {
  return (!interval.low || IsFixed(*interval.low)) && (!interval.high || IsFixed(*interval.high));
}

template <typename T>
bool Implies(const query::Interval<T>& a, const query::Interval<T>& b) {
  if (!IsFixed(a) || !IsFixed(b)) return a == b;
  const auto behind_low = [&] {
    if (!b.low) return true;
    if (!a.low) return false;
    return Place(*b.low) < Place(*a.low) ||
           (Place(*b.low) == Place(*a.low) && (b.low_inclusive || !a.low_inclusive));
  };
  const auto before_high = [&] {
    if (!b.high) return true;
    if (!a.high) return false;
    return Place(*a.high) < Place(*b.high) ||
           (Place(*a.high) == Place(*b.high) && (b.high_inclusive || !a.high_inclusive));
  };
  return behind_low() && before_high();
}

template <typename T>
bool AreDisjoint(const query::Interval<T>& a, const query::Interval<T>& b) {
  if (!IsFixed(a) || !IsFixed(b)) return false;
  const auto before = [](const query::Interval<T>& x, const query::Interval<T>& y) {
    if (!x.high || !y.low) return false;
    return Place(*x.high) < Place(*y.low) ||
           (Place(*x.high) == Place(*y.low) && !(x.high_inclusive && y.low_inclusive));
  };
  return before(a, b) || before(b, a);
}

// Calls f(a, b) if both are a T.
template <typename T, typename F>
bool ForBoth(const Predicate& a, const Predicate& b, F&& f) {
  const T* left = std::get_if<T>(&a);
  const T* right = std::get_if<T>(&b);
  return left != nullptr && right != nullptr && f(*left, *right);
}

bool AnyOf(const Condition& condition, const auto& f) {
  return std::any_of(condition.any_of.begin(), condition.any_of.end(),
                     [&](const Predicate* predicate) { return f(*predicate); });
}

bool AllOf(const Condition& condition, const auto& f) {
  return !AnyOf(condition, [&](const Predicate& predicate) { return !f(predicate); });
}

bool IsNullTest(const Predicate& predicate) {
  return std::holds_alternative<query::IsNull>(predicate);
}

// `any_of` of both, whatever their negations.
bool AlternativesImply(const Condition& a, const Condition& b) {
  return AllOf(a, [&](const Predicate& x) {
    return AnyOf(b, [&](const Predicate& y) { return lint::Implies(x, y); });
  });
}

bool AlternativesExclude(const Condition& a, const Condition& b, bool single) {
  return AllOf(a, [&](const Predicate& x) {
    return AllOf(b, [&](const Predicate& y) {
      const bool of_presence = IsNullTest(x) || IsNullTest(y);
      return (single || of_presence) && lint::AreDisjoint(x, y);
    });
  });
}

// Lists are compared value by value; beyond this size nothing is said about them.
constexpr size_t kMostCompared = 4096;
bool AreTooLong(const Condition& a, const Condition& b) {
  return a.any_of.size() * b.any_of.size() > kMostCompared;
}

}  // namespace

bool Implies(const Predicate& a, const Predicate& b) {
  if (a == b) return true;
  const std::optional<Pattern> left = PatternOf(a), right = PatternOf(b);
  if (left && right) return Implies(*left, *right);
  const auto implies = [](const auto& x, const auto& y) { return Implies(x, y); };
  return ForBoth<query::Phrase>(a, b, implies) || ForBoth<query::NumberIn>(a, b, implies) ||
         ForBoth<query::IpIn>(a, b, implies) || ForBoth<query::DateIn>(a, b, implies);
}

bool AreDisjoint(const Predicate& a, const Predicate& b) {
  if (IsNullTest(a) != IsNullTest(b)) return true;
  const std::optional<Pattern> left = PatternOf(a), right = PatternOf(b);
  if (left && right) return AreDisjoint(*left, *right);
  const auto disjoint = [](const auto& x, const auto& y) { return AreDisjoint(x, y); };
  return ForBoth<query::NumberIn>(a, b, disjoint) || ForBoth<query::IpIn>(a, b, disjoint) ||
         ForBoth<query::DateIn>(a, b, disjoint) ||
         ForBoth<query::BoolIs>(a, b, [](const auto& x, const auto& y) { return x != y; });
}

std::optional<Condition> ConditionOf(const query::Expression& query, NodeId id) {
  const Node* node = &query.node(id);
  Condition condition;
  if (node->kind == Node::Kind::kNot) {
    condition.negated = true;
    node = &query.node(node->children.front());
  }
  if (node->kind == Node::Kind::kClause) {
    condition.field = node->field;
    condition.any_of = {&node->predicate};
    return condition;
  }
  if (node->kind != Node::Kind::kOr) return std::nullopt;
  for (const NodeId child : node->children) {
    const Node& clause = query.node(child);
    if (clause.kind != Node::Kind::kClause) return std::nullopt;
    if (condition.field != schema::kNoField && clause.field != condition.field) return std::nullopt;
    condition.field = clause.field;
    condition.any_of.push_back(&clause.predicate);
  }
  return condition;
}

bool Implies(const Condition& a, const Condition& b) {
  if (a.field != b.field || AreTooLong(a, b)) return false;
  if (!a.negated && !b.negated) return AlternativesImply(a, b);
  if (a.negated && b.negated) return AlternativesImply(b, a);
  // A value that satisfies something is there.
  return !a.negated && !AnyOf(a, IsNullTest) && AllOf(b, IsNullTest);
}

bool Exclude(const Condition& a, const Condition& b, bool single) {
  if (a.field != b.field || AreTooLong(a, b) || (a.negated && b.negated)) return false;
  if (b.negated) return AlternativesImply(a, b);
  if (a.negated) return AlternativesImply(b, a);
  return AlternativesExclude(a, b, single);
}

bool Cover(const Condition& a, const Condition& b, bool single) {
  if (a.field != b.field || AreTooLong(a, b) || (!a.negated && !b.negated)) return false;
  if (!b.negated) return AlternativesImply(a, b);
  if (!a.negated) return AlternativesImply(b, a);
  return AlternativesExclude(a, b, single);
}

bool SameTree(const query::Expression& query, NodeId a, NodeId b) {
  const Node& left = query.node(a);
  const Node& right = query.node(b);
  return left.kind == right.kind && left.field == right.field &&
         left.predicate == right.predicate &&
         std::equal(left.children.begin(), left.children.end(), right.children.begin(),
                    right.children.end(),
                    [&](NodeId x, NodeId y) { return SameTree(query, x, y); });
}

}  // namespace riposte::lint
