// Rule files with timelines, as `riposte test` runs them: tests/data/timelines.yaml has each
// criterion at its bounds.
#include <memory>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "app/rule_tests.h"
#include "rules/rule/load.h"
#include "tests/app/rule_files.h"
#include "tests/support/corpus.h"

namespace riposte::app {
namespace {

TEST(Timelines, EachEndsAsItSays) {
  text::Diagnostics diagnostics;
  const auto source = std::make_shared<text::Source>(
      "timelines.yaml", test::ReadFile(RIPOSTE_SOURCE_DIR "/tests/data/timelines.yaml"));
  const rule::RuleSetPtr rules =
      rule::LoadRulesFrom({source}, test::ShippedSchema(), diagnostics, /*allow_windows=*/true);
  ASSERT_NE(rules, nullptr) << text::Render(diagnostics);
  std::set<std::string_view> criteria;
  size_t with_firings = 0;
  for (const TestOutcome& outcome : RunRuleTests(*rules, {})) {
    criteria.insert(rule::CriterionName(outcome.rule->trigger));
    with_firings += outcome.test->each_firing->empty() ? 0 : 1;
    for (const std::string& failure : outcome.failures)
      ADD_FAILURE() << outcome.rule->name << ", " << outcome.test->name << ": " << failure;
  }
  EXPECT_EQ(criteria.size(), 5u);
  EXPECT_GE(with_firings, 25u);
}

}  // namespace
}  // namespace riposte::app
