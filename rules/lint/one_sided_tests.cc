#include "rules/lint/one_sided_tests.h"

#include <algorithm>

#include "rules/lint/finding.h"

namespace riposte::lint {

namespace {

bool ExpectsFiring(const rule::TestCase& test) {
  return test.firings.value_or(0) > 0 || (test.commands && !test.commands->empty());
}

}  // namespace

void CheckOneSidedTests(const rule::Rule& rule, const schema::Schema&,
                        text::Diagnostics& diagnostics) {
  if (!Enforces(rule) || rule.tests.empty()) return;
  const auto hits = std::count_if(rule.tests.begin(), rule.tests.end(), ExpectsFiring);
  if (hits != 0 && hits != std::ssize(rule.tests)) return;
  Warn(rule, rule.tests.front().span,
       {.code = "one-sided-tests",
        .message = hits == 0 ? "no test shows what the rule finds"
                             : "no test shows what the rule leaves alone",
        .hint = hits == 0 ? "add an event that fires" : "add a near miss with 'firings: 0'"},
       diagnostics);
}

}  // namespace riposte::lint
