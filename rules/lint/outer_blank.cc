#include "rules/lint/outer_blank.h"

#include "rules/lint/clauses.h"
#include "rules/lint/finding.h"

namespace riposte::lint {

void CheckOuterBlank(const RuleQuery& asked, const schema::Schema&,
                     text::Diagnostics& diagnostics) {
  ForEachClause(asked.written, [&](const query::Node& node, bool) {
    const auto* equals = std::get_if<query::Equals>(&node.predicate);
    if (equals == nullptr || equals->text.empty()) return;
    if (equals->text.front() != ' ' && equals->text.back() != ' ') return;
    WarnInQuery(asked, node.span,
                {.code = "outer-blank",
                 .message = "the whole value is compared, and this begins or ends with a blank",
                 .hint = "remove the blank, or look for a part of the value with ~"},
                diagnostics);
  });
}

}  // namespace riposte::lint
