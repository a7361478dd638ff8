#include "rules/lint/lint.h"

#include "rules/lint/kill_on_registry.h"
#include "rules/lint/loose_identity.h"
#include "rules/lint/missing_tests.h"
#include "rules/lint/negated_optional.h"
#include "rules/lint/runs_nowhere.h"

namespace riposte::lint {
namespace {

using Check = void (*)(const rule::Rule&, const schema::Schema&, text::Diagnostics&);
constexpr Check kChecks[] = {CheckKillOnRegistry, CheckLooseIdentity, CheckMissingTests,
                             CheckNegatedOptional, CheckRunsNowhere};

}  // namespace

void LintRules(const rule::RuleSet& rules, text::Diagnostics& diagnostics) {
  text::Diagnostics own;
  for (const rule::Rule& rule : rules.rules) {
    for (const Check check : kChecks) check(rule, *rules.schema, own);
  }
  own.Sort();
  diagnostics.Append(own);
}

}  // namespace riposte::lint
