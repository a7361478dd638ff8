#include "rules/lint/bare_wildcard.h"

#include <fmt/format.h>

#include "rules/lint/clauses.h"
#include "rules/lint/finding.h"

namespace riposte::lint {

void CheckBareWildcard(const RuleQuery& asked, const schema::Schema& schema,
                       text::Diagnostics& diagnostics) {
  ForEachClause(asked.written, [&](const query::Node& node, bool negated) {
    const auto* wildcard = std::get_if<query::Wildcard>(&node.predicate);
    if (wildcard == nullptr || !wildcard->gaps.empty() ||
        wildcard->parts != std::vector<std::string>{"", ""})
      return;
    WarnInQuery(
        asked, node.span,
        {.code = "bare-wildcard",
         .message = "a star alone holds for each value",
         .hint = fmt::format("write '{} is {}null'", schema.catalogue.token(node.field).name,
                             negated ? "" : "not ")},
        diagnostics);
  });
}

}  // namespace riposte::lint
