#include "rules/lint/mild_enforcement.h"

#include "rules/lint/finding.h"

namespace riposte::lint {

void CheckMildEnforcement(const rule::Rule& rule, const schema::Schema&,
                          text::Diagnostics& diagnostics) {
  if (!Enforces(rule) || rule.severity != rule::Severity::kInformational) return;
  Warn(rule, rule.places.severity,
       {.code = "mild-enforcement",
        .message = "an informational rule enforces a remediation" + OrderedBy(rule),
        .hint = "raise the severity, or only alert"},
       diagnostics);
}

}  // namespace riposte::lint
