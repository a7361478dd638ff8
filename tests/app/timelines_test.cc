// Rule files with timelines, as `riposte test` runs them: tests/data/timelines.yaml has each
// criterion at its bounds, timeline_table.yaml with all that can happen to its events.
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "app/offline.h"
#include "app/rule_tests.h"
#include "rules/rule/load.h"
#include "tests/app/rule_files.h"
#include "tests/support/corpus.h"

namespace riposte::app {
namespace {

rule::RuleSetPtr Load(const std::string& name) {
  text::Diagnostics diagnostics;
  const auto source = std::make_shared<text::Source>(
      name, test::ReadFile(RIPOSTE_SOURCE_DIR "/tests/data/" + name));
  rule::RuleSetPtr rules = rule::LoadRulesFrom({source}, test::ShippedSchema(), diagnostics);
  EXPECT_NE(rules, nullptr) << text::Render(diagnostics);
  return rules;
}

class Timelines : public testing::TestWithParam<const char*> {};

TEST_P(Timelines, EachEndsAsItSays) {
  const rule::RuleSetPtr rules = Load(GetParam());
  ASSERT_NE(rules, nullptr);
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

INSTANTIATE_TEST_SUITE_P(Files, Timelines, testing::Values("timelines.yaml", "timeline_table.yaml"),
                         [](const auto& file) {
                           const std::string name = file.param;
                           return name.substr(0, name.find('.'));
                         });

// When the tests of the table begin.
constexpr Time kBegin = TimeFromMs(1'767'225'600'000);  // 2026-01-01

// The ids of the firings, in their order.
std::vector<Uuid> FiringIds(const rule::RuleSetPtr& rules, const rule::TestCase& test) {
  const std::unique_ptr<Offline> offline =
      Offline::Make(rules, *rules->schema->FindProfile(test.profile), {.begin = kBegin}).value();
  std::vector<Uuid> ids;
  int64_t offset = 0;
  for (const rule::TestEvent& event : test.events) {
    const Time at = kBegin + *event.at;
    const Judged& judged =
        event.json.empty() ? offline->GoOn(at)
                           : offline->Run(event.json, {.topic = "test", .offset = offset++}, at);
    for (const Fired& fired : judged.firings) ids.push_back(fired.decided.firing.id);
  }
  return ids;
}

// In a run of its own always; where it comes again in one run as far as the table says so.
TEST(TimelineTable, TheSameReplayTwiceGivesTheSameIds) {
  const rule::RuleSetPtr rules = Load("timeline_table.yaml");
  ASSERT_NE(rules, nullptr);
  size_t firings = 0, repeated = 0;
  for (const rule::Rule& rule : rules->rules) {
    const rule::RuleSetPtr alone = Alone(*rules, rule);
    for (const rule::TestCase& test : rule.tests) {
      SCOPED_TRACE(rule.name + ", " + test.name);
      const std::vector<Uuid> ids = FiringIds(alone, test);
      firings += ids.size();
      EXPECT_EQ(FiringIds(alone, test), ids);
      if (!test.name.ends_with("under the same id")) continue;
      EXPECT_EQ(ids, std::vector<Uuid>(2, ids.at(0)));
      ++repeated;
    }
  }
  EXPECT_GT(firings, 40u);
  EXPECT_EQ(repeated, 4u);
}

}  // namespace
}  // namespace riposte::app
