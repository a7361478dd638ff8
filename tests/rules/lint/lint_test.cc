#include "rules/lint/lint.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"
#include "tests/rules/rule/rule_text.h"

namespace riposte::lint {
namespace {

TEST(LintRules, FindingsOfAllRulesByPlaceDisabledOnesToo) {
  rule::test::Loaded loaded = rule::test::LoadText(rule::test::RuleText(1, "enabled: false\n") +
                                                   "---\n" + rule::test::RuleText(2));
  ASSERT_NE(loaded.set, nullptr);
  LintRules(*loaded.set, loaded.diagnostics);
  EXPECT_EQ(loaded.codes(), "missing-tests@1:5 missing-tests@10:5");
}

TEST(LintRules, ChecksOfRulesAndOfTheSetRun) {
  EXPECT_EQ(test::Lint({.query = "type: REGISTRY and not process.arguments: x and file.name: a",
                        .mode = "enforce",
                        .more = "profiles: [windows-nxlog]\n"}),
            "warning missing-tests `0b6d1a52-6e0c-4c1e-9c51-000000000001` "
            "warning missing-description `n` "
            "warning missing-false-positives `n` "
            "error kill-on-registry `type: REGISTRY` "
            "error negated-optional `process.arguments: x` "
            "error loose-identity `file.name: a`");
  EXPECT_EQ(
      test::LintFile(rule::test::RuleText(1) + "---\n" + rule::test::RuleText(2), "duplicate-rule"),
      "warning duplicate-rule `type: PROCESS and process.name: `a.exe``");
}

}  // namespace
}  // namespace riposte::lint
