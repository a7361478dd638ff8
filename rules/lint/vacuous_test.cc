#include "rules/lint/vacuous_test.h"

#include <algorithm>

#include <fmt/format.h>

#include "rules/lint/finding.h"

namespace riposte::lint {

void CheckVacuousTest(const rule::Rule& rule, const schema::Schema& schema,
                      text::Diagnostics& diagnostics) {
  const std::vector<const schema::Profile*> profiles = ProfilesOf(rule, schema);
  if (profiles.empty()) return;
  for (const rule::TestCase& test : rule.tests) {
    const bool expects_nothing =
        test.firings.value_or(0) == 0 && (!test.commands || test.commands->empty());
    const bool runs = std::any_of(profiles.begin(), profiles.end(), [&](const auto* profile) {
      return profile->name == test.profile;
    });
    if (!expects_nothing || runs) continue;
    Warn(rule, test.span,
         {.code = "vacuous-test",
          .message = fmt::format("the test '{}' cannot fail: the rule does not run on '{}'",
                                 test.name, test.profile),
          .hint =
              fmt::format("add 'profile: {}' and an event of that format", profiles.front()->name)},
         diagnostics);
  }
}

}  // namespace riposte::lint
