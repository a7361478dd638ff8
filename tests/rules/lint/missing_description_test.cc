#include "rules/lint/missing_description.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"
#include "tests/rules/rule/rule_text.h"

namespace riposte::lint {
namespace {

TEST(MissingDescription, OnlyOfRulesThatEnforce) {
  const auto found = [](const std::string& mode, const std::string& more) {
    return test::Lint({.mode = mode, .more = more}, "missing-description");
  };
  EXPECT_EQ(found("enforce", ""), "warning missing-description `n`");
  EXPECT_EQ(found("enforce", "description: d\n"), "");
  EXPECT_EQ(found("dry_run", ""), "");
  EXPECT_EQ(found("", ""), "");
}

}  // namespace
}  // namespace riposte::lint
