#include "rules/lint/one_sided_tests.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"
#include "tests/rules/rule/rule_text.h"

namespace riposte::lint {
namespace {

constexpr char kHit[] = "- {name: hit, events: [{event: {}}], expect: {firings: 1}}\n";
constexpr char kOrder[] =
    "- {name: order, events: [{event: {}}], expect: {commands: [{action: kill_process}]}}\n";
constexpr char kMiss[] = "- {name: miss, events: [{event: {}}], expect: {firings: 0}}\n";
constexpr char kNoOrder[] = "- {name: no, events: [{event: {}}], expect: {commands: []}}\n";

TEST(OneSidedTests, NeedBothSidesWhereTheRuleEnforces) {
  const auto found = [](const std::string& tests, const std::string& mode = "enforce") {
    return !test::Lint({.mode = mode, .more = "tests:\n" + tests}, "one-sided-tests").empty();
  };
  EXPECT_TRUE(found(kHit));
  EXPECT_TRUE(found(kMiss));
  EXPECT_TRUE(found(std::string(kHit) + kOrder));
  EXPECT_TRUE(found(std::string(kNoOrder) + kMiss));
  EXPECT_FALSE(found(std::string(kHit) + kMiss));
  EXPECT_FALSE(found(std::string(kOrder) + kNoOrder));
  EXPECT_FALSE(found(kHit, "dry_run"));
}

TEST(OneSidedTests, WithoutTestsThatIsSaidElsewhere) {
  EXPECT_EQ(test::Lint({.mode = "enforce", .more = ""}, "one-sided-tests"), "");
}

}  // namespace
}  // namespace riposte::lint
