#include "rules/lint/disabled_enforcement.h"

#include "rules/lint/finding.h"

namespace riposte::lint {

void CheckDisabledEnforcement(const rule::Rule& rule, const schema::Schema&,
                              text::Diagnostics& diagnostics) {
  if (!Enforces(rule) || rule.enabled) return;
  Warn(rule, rule.places.enabled,
       {.code = "disabled-enforcement",
        .message = "the rule enforces a remediation and is disabled: it does not even alert",
        .hint = "enable it with 'auto: dry_run' or 'off', or remove 'remediation'"},
       diagnostics);
}

}  // namespace riposte::lint
