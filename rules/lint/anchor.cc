#include "rules/lint/anchor.h"

#include <algorithm>
#include <vector>

#include "rules/lint/clauses.h"
#include "rules/lint/regex_text.h"
#include "rules/lint/tokens.h"

namespace riposte::lint {
namespace {

template <typename T>
bool IsPoint(const query::Predicate& predicate) {
  const auto* interval = std::get_if<query::Interval<T>>(&predicate);
  return interval != nullptr && interval->low && interval->low == interval->high;
}

bool IsAnchor(const query::Predicate& predicate) {
  if (std::holds_alternative<query::Equals>(predicate) ||
      std::holds_alternative<query::Phrase>(predicate) || IsPoint<Number>(predicate) ||
      IsPoint<IpAddress>(predicate))
    return true;
  if (const auto* regex = std::get_if<query::Matches>(&predicate))
    return LongestLiteralIn(*regex) >= kShortestAnchor;
  const std::vector<std::string> literals = LiteralsOf(predicate);
  return std::any_of(literals.begin(), literals.end(),
                     [](const std::string& literal) { return literal.size() >= kShortestAnchor; });
}

}  // namespace

size_t LongestLiteralIn(const query::Matches& regex) {
  size_t longest = 0, run = 0;
  for (const RegexPiece& piece : PiecesOf(regex.pattern)) {
    const bool counts = piece.kind == RegexPiece::Kind::kLiteral && !piece.optional;
    run = counts ? run + piece.literal.size() : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

bool HasAnchor(const RuleQuery& asked, const schema::Schema& schema) {
  using Kind = query::Node::Kind;
  std::vector<bool> anchored;  // by node; children stand before their parents
  for (const query::Node& node : asked.whole().nodes()) {
    const auto is_anchored = [&](query::NodeId id) { return anchored[query::Index(id)]; };
    const auto begin = node.children.begin(), end = node.children.end();
    switch (node.kind) {
      case Kind::kClause:
        anchored.push_back(IsAnchor(node.predicate) &&
                           !IsEventType(asked.rule, schema, node.field));
        break;
      case Kind::kAnd:
        anchored.push_back(std::any_of(begin, end, is_anchored));
        break;
      case Kind::kOr:
        anchored.push_back(std::all_of(begin, end, is_anchored));
        break;
      case Kind::kGroup:
        anchored.push_back(is_anchored(node.children.front()));
        break;
      case Kind::kNot:
        anchored.push_back(false);
        break;
    }
  }
  return !anchored.empty() && anchored.back();
}

}  // namespace riposte::lint
