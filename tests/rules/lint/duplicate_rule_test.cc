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

TEST(DuplicateRule, NotWithAnotherTrigger) {
  const auto found = [](std::string_view first, std::string_view second) {
    std::string text = rule::test::TriggerText(first);
    std::string other = rule::test::TriggerText(second);
    other.replace(other.find(rule::test::IdOf(1)), rule::test::IdOf(1).size(), rule::test::IdOf(2));
    return !test::LintFile(text + "---\n" + other, "duplicate-rule").empty();
  };
  constexpr char kTwo[] = "{count: {at_least: 2, within: 1h}}";
  constexpr char kSteps[] =
      "{unordered: {within: 1h, steps: [{query: 'file.name: `a`'}, {query: 'file.name: `b`'}]}}";
  constexpr char kOthers[] =
      "{unordered: {within: 1h, steps: [{query: 'file.name: `a`'}, {query: 'file.name: `c`'}]}}";
  EXPECT_TRUE(found(kTwo, kTwo));
  EXPECT_FALSE(found(kTwo, "{single_match: }"));
  EXPECT_FALSE(found(kTwo, "{count: {at_least: 3, within: 1h}}"));
  EXPECT_TRUE(found(kSteps, kSteps));
  EXPECT_FALSE(found(kSteps, kOthers));
}

}  // namespace
}  // namespace riposte::lint
