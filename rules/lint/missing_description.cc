#include "rules/lint/missing_description.h"

#include "rules/lint/finding.h"

namespace riposte::lint {

void CheckMissingDescription(const rule::Rule& rule, const schema::Schema&,
                             text::Diagnostics& diagnostics) {
  if (!Enforces(rule) || !rule.description.empty()) return;
  Warn(rule, rule.places.name,
       {.code = "missing-description",
        .message = "the rule enforces a remediation and does not say why" + OrderedBy(rule),
        .hint = "add 'description:', which people see beside what was done"},
       diagnostics);
}

}  // namespace riposte::lint
