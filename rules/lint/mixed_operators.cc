#include "rules/lint/mixed_operators.h"

#include <algorithm>

#include "rules/lint/finding.h"

namespace riposte::lint {

namespace {

using query::Node;
using query::NodeId;

// The one word between two spans of the query, in lower case; empty if it is not one.
std::string WordBetween(std::string_view query, text::Span left, text::Span right) {
  if (left.end >= right.begin || right.begin > query.size()) return {};
  std::string word;
  for (const char c : query.substr(left.end, right.begin - left.end)) {
    if (c == ' ' || c == '\n' || c == '\t') continue;
    word += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return word;
}

// Whether the operands of an `and` stand in the text of an `or` without brackets around them.
bool IsBare(const RuleQuery& asked, const Node& parent, const Node& node) {
  const query::Expression& query = asked.written;
  const text::Span first = query.node(node.children[0]).span;
  const text::Span second = query.node(node.children[1]).span;
  if (WordBetween(asked.text, first, second) != "and") return false;
  const bool bracketed = node.span.begin < asked.text.size() &&
                         asked.text[node.span.begin] == '(' && node.span != parent.span;
  return !bracketed;
}

}  // namespace

void CheckMixedOperators(const RuleQuery& asked, const schema::Schema&,
                         text::Diagnostics& diagnostics) {
  for (const Node& parent : asked.written.nodes()) {
    if (parent.kind != Node::Kind::kOr) continue;
    for (const NodeId child : parent.children) {
      const Node& node = asked.written.node(child);
      if (node.kind != Node::Kind::kAnd || !IsBare(asked, parent, node)) continue;
      const text::Span place = {.begin = asked.written.node(node.children.front()).span.begin,
                                .end = asked.written.node(node.children.back()).span.end};
      WarnInQuery(asked, place,
                  {.code = "mixed-operators",
                   .message = "'and' and 'or' side by side: 'and' binds closer",
                   .hint = "put this into brackets, or the 'or' if that is meant"},
                  diagnostics);
    }
  }
}

}  // namespace riposte::lint
