#include "rules/lint/disabled_enforcement.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"
#include "tests/rules/rule/rule_text.h"

namespace riposte::lint {
namespace {

TEST(DisabledEnforcement, OnlyOfRulesThatEnforce) {
  const auto found = [](const std::string& mode, const std::string& more) {
    return test::Lint({.mode = mode, .more = more}, "disabled-enforcement");
  };
  EXPECT_EQ(found("enforce", "enabled: false\n"), "warning disabled-enforcement `false`");
  EXPECT_EQ(found("enforce", "enabled: true\n"), "");
  EXPECT_EQ(found("enforce", ""), "");
  EXPECT_EQ(found("dry_run", "enabled: false\n"), "");
  EXPECT_EQ(found("", "enabled: false\n"), "");
}

}  // namespace
}  // namespace riposte::lint
