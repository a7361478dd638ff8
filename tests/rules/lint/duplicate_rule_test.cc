#include "rules/lint/duplicate_rule.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"
#include "tests/rules/rule/rule_text.h"

namespace riposte::lint {
namespace {

std::string Two(std::string_view first, std::string_view second) {
  return rule::test::RuleText(1, first) + "---\n" + rule::test::RuleText(2, second);
}
constexpr char kFound[] = "warning duplicate-rule `type: PROCESS and process.name: `a.exe``";

TEST(DuplicateRule, SameQueryAndSameOrder) {
  const auto found = [](std::string_view first, std::string_view second) {
    return test::LintFile(Two(first, second), "duplicate-rule").starts_with(kFound);
  };
  constexpr char kDry[] = "remediation: {auto: dry_run, action: quarantine_asset}\n";
  constexpr char kOff[] = "remediation: {auto: off, action: quarantine_asset}\n";
  EXPECT_TRUE(found("", ""));
  EXPECT_TRUE(found("tags: [a]\n", "description: other\n"));
  EXPECT_TRUE(found(kDry, kDry));
  EXPECT_FALSE(found(kDry, ""));
  EXPECT_FALSE(found(kDry, kOff));
  EXPECT_FALSE(found("profiles: [qualys-edr]\n", ""));
  EXPECT_FALSE(found("enabled: false\n", ""));
}

TEST(DuplicateRule, NamesTheFirst) {
  rule::test::Loaded loaded = rule::test::LoadText(Two("", ""));
  CheckDuplicateRules(*loaded.set, loaded.diagnostics);
  ASSERT_EQ(loaded.diagnostics.all().size(), 1u);
  EXPECT_EQ(loaded.diagnostics.all()[0].message, "'rule 2' finds and orders the same as 'rule 1'");
}

}  // namespace
}  // namespace riposte::lint
