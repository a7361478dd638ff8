#include "engine/pipeline/live_rules.h"

#include <gtest/gtest.h>

#include "tests/support/engine_fixture.h"

namespace riposte::pipeline {
namespace {

TEST(LiveRulesTest, AMatcherForEachProfileAskedFor) {
  const LiveRulesPtr live = LiveRules::Compile(test::RuleSetOf({test::RuleFor("evil")}), {"test"});
  ASSERT_NE(live->For("test"), nullptr);
  EXPECT_EQ(live->For("test")->rule_count(), 1u);
  EXPECT_EQ(live->For("unheard-of"), nullptr);
  EXPECT_EQ(LiveRules::Compile(live->rules, {"unheard-of"})->For("test"), nullptr);
  EXPECT_EQ(live->rules->rules.size(), 1u);
  EXPECT_EQ(&live->values->rules(), live->rules.get());
  EXPECT_EQ(&live->suppress->rules(), live->rules.get());
}

TEST(LiveRulesTest, WindowsAndSuppressWaitForTime) {
  rule::Rule rule = test::RuleFor("evil");
  EXPECT_FALSE(LiveRules::Compile(test::RuleSetOf({rule}), {})->HaveWindows());
  rule.suppress.emplace();
  EXPECT_TRUE(LiveRules::Compile(test::RuleSetOf({rule}), {})->HaveWindows());
  rule.enabled = false;
  EXPECT_FALSE(LiveRules::Compile(test::RuleSetOf({rule}), {})->HaveWindows());
  rule = test::RuleFor("evil");
  rule.trigger = rule::Count{};
  EXPECT_TRUE(LiveRules::Compile(test::RuleSetOf({rule}), {})->HaveWindows());
}

}  // namespace
}  // namespace riposte::pipeline
