#include "rules/lint/missing_anchor.h"

#include "rules/lint/anchor.h"
#include "rules/lint/clauses.h"
#include "rules/lint/finding.h"

namespace riposte::lint {

void CheckMissingAnchor(const rule::Rule& rule, const schema::Schema& schema,
                        text::Diagnostics& diagnostics) {
  if (rule.query.empty() || HasAnchor(rule, schema)) return;
  bool has_regex = false;  // which has a finding of its own
  ForEachClause(rule.query, [&](const query::Node& node, bool negated) {
    has_regex = has_regex || (!negated && std::holds_alternative<query::Matches>(node.predicate));
  });
  if (has_regex) return;
  WarnInQuery(rule, rule.query.node(rule.query.root()).span,
              {.code = "missing-anchor",
               .message = "no value that an event must have, so the rule is evaluated for each one",
               .hint = "add what the events have in common: a name, a word, a text"},
              diagnostics);
}

}  // namespace riposte::lint
