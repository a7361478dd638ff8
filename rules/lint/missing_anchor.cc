#include "rules/lint/missing_anchor.h"

#include "rules/lint/anchor.h"
#include "rules/lint/clauses.h"
#include "rules/lint/finding.h"

namespace riposte::lint {

void CheckMissingAnchor(const RuleQuery& asked, const schema::Schema& schema,
                        text::Diagnostics& diagnostics) {
  if (asked.asked == nullptr || HasAnchor(asked, schema)) return;
  bool has_regex = false;  // which has a finding of its own
  ForEachClause(asked.written, [&](const query::Node& node, bool negated) {
    has_regex = has_regex || (!negated && std::holds_alternative<query::Matches>(node.predicate));
  });
  if (has_regex) return;
  WarnInQuery(asked, asked.written.node(asked.written.root()).span,
              {.code = "missing-anchor",
               .message = "no value that an event must have, so the rule is evaluated for each one",
               .hint = "add what the events have in common: a name, a word, a text"},
              diagnostics);
}

}  // namespace riposte::lint
