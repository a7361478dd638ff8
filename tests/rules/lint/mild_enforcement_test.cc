#include "rules/lint/mild_enforcement.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"
#include "tests/rules/rule/rule_text.h"

namespace riposte::lint {
namespace {

std::string RuleOf(std::string_view severity, std::string_view mode) {
  std::string text = rule::test::RuleText(
      1, "remediation: {auto: " + std::string(mode) + ", action: quarantine_asset}\n");
  return text.replace(text.find("high"), 4, severity);
}

TEST(MildEnforcement, OnlyInformationalRulesThatEnforce) {
  const auto found = [](std::string_view severity, std::string_view mode) {
    return test::LintFile(RuleOf(severity, mode), "mild-enforcement");
  };
  EXPECT_EQ(found("informational", "enforce"), "warning mild-enforcement `informational`");
  EXPECT_EQ(found("low", "enforce"), "");
  EXPECT_EQ(found("informational", "dry_run"), "");
}

}  // namespace
}  // namespace riposte::lint
