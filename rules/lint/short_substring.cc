#include "rules/lint/short_substring.h"

#include "rules/lint/clauses.h"
#include "rules/lint/finding.h"

namespace riposte::lint {

namespace {

bool IsLetterOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

void CheckShortSubstring(const RuleQuery& asked, const schema::Schema&,
                         text::Diagnostics& diagnostics) {
  ForEachClause(asked.written, [&](const query::Node& node, bool) {
    const auto* contains = std::get_if<query::Contains>(&node.predicate);
    if (contains == nullptr || contains->text.size() != 1 || !IsLetterOrDigit(contains->text[0]))
      return;
    WarnInQuery(asked, node.span,
                {.code = "short-substring",
                 .message = "nearly each value has this one character in it",
                 .hint = "compare the whole value with ':', or look for a longer text"},
                diagnostics);
  });
}

}  // namespace riposte::lint
