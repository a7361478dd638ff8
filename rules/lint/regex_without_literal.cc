#include "rules/lint/regex_without_literal.h"

#include "rules/lint/anchor.h"
#include "rules/lint/clauses.h"
#include "rules/lint/finding.h"

namespace riposte::lint {

void CheckRegexWithoutLiteral(const RuleQuery& asked, const schema::Schema& schema,
                              text::Diagnostics& diagnostics) {
  if (asked.asked == nullptr || HasAnchor(asked, schema)) return;
  ForEachClause(asked.written, [&](const query::Node& node, bool negated) {
    const auto* regex = std::get_if<query::Matches>(&node.predicate);
    if (negated || regex == nullptr || LongestLiteralIn(*regex) >= kShortestAnchor) return;
    WarnInQuery(asked, node.span,
                {.code = "regex-without-literal",
                 .message = "the regular expression has no text of three characters in it, and "
                            "nothing else narrows the rule: it runs over each event",
                 .hint = "add a condition that must hold beside it"},
                diagnostics);
  });
}

}  // namespace riposte::lint
