#include "rules/lint/vacuous_test.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"
#include "tests/rules/rule/rule_text.h"

namespace riposte::lint {
namespace {

std::string Found(const std::string& query, const std::string& profile, int firings) {
  const std::string more = "tests:\n- {name: t, profile: " + profile +
                           ", events: [{event: {}}], expect: {firings: " + std::to_string(firings) +
                           "}}\n";
  return test::Lint({.query = query, .more = more}, "vacuous-test");
}

TEST(VacuousTest, OfAFormatThatTheRuleDoesNotRunOn) {
  EXPECT_TRUE(Found("pipe.name: `x`", "qualys-edr", 0).starts_with("warning vacuous-test `"));
  EXPECT_EQ(Found("pipe.name: `x`", "windows-nxlog", 0), "");
  EXPECT_EQ(Found("process.name: `x`", "qualys-edr", 0), "");
  // This one fails by itself.
  EXPECT_EQ(Found("pipe.name: `x`", "qualys-edr", 1), "");
}

}  // namespace
}  // namespace riposte::lint
