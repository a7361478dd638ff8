#include "rules/lint/missing_tests.h"

#include <fmt/format.h>

namespace riposte::lint {

void CheckMissingTests(const rule::Rule& rule, const schema::Schema&,
                       text::Diagnostics& diagnostics) {
  // A Sigma rule's file cannot hold tests.
  if (!rule.tests.empty() || rule.language == rule::Language::kSigma) return;
  diagnostics.Warning(rule.source, rule.id_span, "missing-tests",
                      fmt::format("the rule '{}' has no tests", rule.name),
                      "add 'tests:' with an event that fires and a near miss that does not");
}

}  // namespace riposte::lint
