#include "rules/lint/duplicate_name.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"
#include "tests/rules/rule/rule_text.h"

namespace riposte::lint {
namespace {

std::string Named(int number, const std::string& name) {
  std::string text = rule::test::RuleText(number);
  const std::string old = "name: rule " + std::to_string(number);
  return text.replace(text.find(old), old.size(), "name: " + name);
}

TEST(DuplicateName, LetterCaseAside) {
  const auto found = [](const std::string& first, const std::string& second) {
    return test::LintFile(Named(1, first) + "---\n" + Named(2, second), "duplicate-name");
  };
  EXPECT_EQ(found("Script host", "script HOST"), "warning duplicate-name `script HOST`");
  EXPECT_EQ(found("Script host", "Script hosts"), "");
}

}  // namespace
}  // namespace riposte::lint
