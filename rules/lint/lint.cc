#include "rules/lint/lint.h"

#include <deque>

#include "rules/lint/always_matches.h"
#include "rules/lint/attack_tag.h"
#include "rules/lint/bad_hash.h"
#include "rules/lint/bad_reference.h"
#include "rules/lint/bare_wildcard.h"
#include "rules/lint/cased_by_accident.h"
#include "rules/lint/disabled_enforcement.h"
#include "rules/lint/duplicate_name.h"
#include "rules/lint/duplicate_rule.h"
#include "rules/lint/enum_pattern.h"
#include "rules/lint/half_name.h"
#include "rules/lint/interpreter_quarantine.h"
#include "rules/lint/invisible_character.h"
#include "rules/lint/kill_on_registry.h"
#include "rules/lint/leading_wildcard.h"
#include "rules/lint/loose_identity.h"
#include "rules/lint/mild_enforcement.h"
#include "rules/lint/missing_anchor.h"
#include "rules/lint/missing_description.h"
#include "rules/lint/missing_false_positives.h"
#include "rules/lint/missing_tests.h"
#include "rules/lint/mixed_operators.h"
#include "rules/lint/name_in_path.h"
#include "rules/lint/negated_optional.h"
#include "rules/lint/never_matches.h"
#include "rules/lint/one_sided_tests.h"
#include "rules/lint/open_dot.h"
#include "rules/lint/outer_blank.h"
#include "rules/lint/path_in_name.h"
#include "rules/lint/path_slashes.h"
#include "rules/lint/plain_regex.h"
#include "rules/lint/protected_target.h"
#include "rules/lint/regex_padding.h"
#include "rules/lint/regex_without_literal.h"
#include "rules/lint/repeated_condition.h"
#include "rules/lint/repeated_tag.h"
#include "rules/lint/rule_query.h"
#include "rules/lint/runs_nowhere.h"
#include "rules/lint/shadowed_condition.h"
#include "rules/lint/short_substring.h"
#include "rules/lint/unc_path.h"
#include "rules/lint/unfit_profile.h"
#include "rules/lint/vacuous_test.h"

namespace riposte::lint {
namespace {

using Check = void (*)(const rule::Rule&, const schema::Schema&, text::Diagnostics&);
constexpr Check kChecks[] = {
    CheckAttackTag,       CheckBadReference,       CheckDisabledEnforcement,
    CheckMildEnforcement, CheckMissingDescription, CheckMissingFalsePositives,
    CheckMissingTests,    CheckOneSidedTests,      CheckRepeatedTag,
    CheckRunsNowhere,     CheckUnfitProfile,       CheckVacuousTest};
// Those that look at each of its queries.
using QueryCheck = void (*)(const RuleQuery&, const schema::Schema&, text::Diagnostics&);
constexpr QueryCheck kQueryChecks[] = {CheckAlwaysMatches,
                                       CheckBadHash,
                                       CheckBareWildcard,
                                       CheckCasedByAccident,
                                       CheckEnumPattern,
                                       CheckHalfName,
                                       CheckInterpreterQuarantine,
                                       CheckInvisibleCharacter,
                                       CheckKillOnRegistry,
                                       CheckLeadingWildcard,
                                       CheckLooseIdentity,
                                       CheckMissingAnchor,
                                       CheckMixedOperators,
                                       CheckNameInPath,
                                       CheckNegatedOptional,
                                       CheckNeverMatches,
                                       CheckOpenDot,
                                       CheckOuterBlank,
                                       CheckPathInName,
                                       CheckPathSlashes,
                                       CheckPlainRegex,
                                       CheckProtectedTarget,
                                       CheckRegexPadding,
                                       CheckRegexWithoutLiteral,
                                       CheckRepeatedCondition,
                                       CheckShadowedCondition,
                                       CheckShortSubstring,
                                       CheckUncPath};
// Those that compare rules.
using SetCheck = void (*)(const rule::RuleSet&, text::Diagnostics&);
constexpr SetCheck kSetChecks[] = {CheckDuplicateNames, CheckDuplicateRules};

}  // namespace

void LintRules(const rule::RuleSet& rules, text::Diagnostics& diagnostics) {
  text::Diagnostics own;
  for (const rule::Rule& rule : rules.rules) {
    for (const Check check : kChecks) check(rule, *rules.schema, own);
    std::deque<query::Expression> joined;
    for (const RuleQuery& asked : QueriesOf(rule, joined))
      for (const QueryCheck check : kQueryChecks) check(asked, *rules.schema, own);
  }
  for (const SetCheck check : kSetChecks) check(rules, own);
  own.Sort();
  diagnostics.Append(own);
}

}  // namespace riposte::lint
