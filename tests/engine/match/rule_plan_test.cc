#include "engine/match/rule_plan.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/match/matcher.h"
#include "tests/engine/match/match_table.h"

namespace riposte::match {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

PartPlan PlanOf(const std::string& query) {
  const schema::SchemaPtr schema = TableSchema();
  const rule::RuleSet rules = RulesOf(schema, {query});
  return RulePlanner(rules, schema->profiles.front()).PlanOf(0).front();
}

// The clauses that a rule is found by; in brackets where it is only asked for a value.
std::vector<std::string> FoundBy(const std::string& query) {
  std::vector<std::string> texts;
  for (const PlannedAnchor& anchor : PlanOf(query).anchors)
    texts.push_back(anchor.presence ? "[" + anchor.clause + "]" : anchor.clause);
  return texts;
}

TEST(RulePlan, SaysByWhichClausesARuleIsFound) {
  EXPECT_THAT(FoundBy("keyword: a"), ElementsAre("keyword: \"a\""));
  EXPECT_THAT(FoundBy("keyword: administrator and number: 3 and not text: b"),
              ElementsAre("keyword: \"administrator\""));
  EXPECT_THAT(FoundBy("keyword: a or number: 3"),
              UnorderedElementsAre("keyword: \"a\"", "number: 3"));
  EXPECT_THAT(FoundBy("item: (name ~ \"abcdef\" and size > 3)"),
              ElementsAre("item.name ~ \"abcdef\""))
      << "names in full";
  EXPECT_THAT(FoundBy("number > 3"), ElementsAre("[number > 3]"));
  EXPECT_THAT(FoundBy("not keyword is null"), ElementsAre("[keyword is not null]"));
}

TEST(RulePlan, OfARuleThatIsAlwaysEvaluated) {
  EXPECT_THAT(FoundBy("not keyword: a"), IsEmpty());
  EXPECT_THAT(FoundBy("keyword is null or number: 3"), IsEmpty());
}

TEST(RulePlan, SaysTheGuard) {
  EXPECT_EQ(PlanOf("type: FILE and keyword: b").guard, "type: \"file\"");
  EXPECT_EQ(PlanOf("keyword: b").guard, "");
}

TEST(RulePlan, CountsClausesAndRegularExpressions) {
  const PartPlan plan = PlanOf(
      "keyword: b and not text: /[0-9]+/ and (text: /evil[0-9]/ or item: (name: /^.$/ or size > "
      "3))");
  EXPECT_EQ(plan.clauses, 5u);
  EXPECT_EQ(plan.regexes, 3u);
  EXPECT_THAT(plan.open_regexes, ElementsAre("text: /[0-9]+/", "item.name: /^.$/"));
}

TEST(RulePlan, OfEachPart) {
  const schema::SchemaPtr schema = TableSchema();
  rule::RuleSet rules = RulesOf(schema, {"keyword: a", "type: FILE", "keyword: b"});
  rule::Step first = StepOf(rules, "keyword: c"), second = StepOf(rules, "not keyword: d");
  first.name = "first";
  second.name = "second";
  rules.rules[1].trigger = rule::Unordered{.steps = {first, second}};
  RulePlanner planner(rules, schema->profiles.front());
  const std::vector<PartPlan> plans = planner.PlanOf(1);
  ASSERT_EQ(plans.size(), 2u);
  EXPECT_EQ(plans[0].step, "first");
  EXPECT_EQ(plans[0].anchors.front().clause, "keyword: \"c\"");
  EXPECT_EQ(plans[0].guard, "type: \"file\"");
  EXPECT_EQ(plans[0].clauses, 2u);
  EXPECT_EQ(plans[1].step, "second");
  EXPECT_EQ(plans[1].anchors.front().clause, "type: \"file\"");
  EXPECT_EQ(planner.PlanOf(2).front().anchors.front().clause, "keyword: \"b\"");
  EXPECT_EQ(planner.PlanOf(2).front().step, "");
}

TEST(RulePlan, RulesThatDoNotRunAreLeftOut) {
  const schema::SchemaPtr schema = TableSchema();
  rule::RuleSet rules = RulesOf(schema, {"keyword: a", "keyword: b", "keyword: c"});
  rules.rules[1].enabled = false;
  RulePlanner planner(rules, schema->profiles.front());
  EXPECT_EQ(planner.PlanOf(2).front().anchors.front().clause, "keyword: \"c\"");
  EXPECT_DEATH(planner.PlanOf(1), "runs on the profile");
}

TEST(AnchorTally, CountsTheEventsInWhichAnAnchorHolds) {
  const schema::SchemaPtr schema = TableSchema();
  const rule::RuleSet rules =
      RulesOf(schema, {"keyword: a", "keyword: a and number > 2", "text ~ \"abcd\"", "number > 7"});
  const schema::Profile& profile = schema->profiles.front();
  RulePlanner planner(rules, profile);
  std::vector<size_t> numbers;
  for (uint32_t rule = 0; rule < 4; ++rule)
    numbers.push_back(planner.PlanOf(rule).front().anchors.front().number);
  EXPECT_EQ(numbers[0], numbers[1]) << "one anchor of two rules";
  AnchorTally tally = planner.Tally();
  EXPECT_THAT(tally.counts(), testing::Each(0u));
  const std::shared_ptr<const Matcher> matcher = Matcher::Compile(rules, profile);
  event::Decoder decoder;
  for (const char* json : {R"({"keyword":["A","a"],"number":1})", R"({"keyword":"b","number":2})",
                           R"({"keyword":"a","text":"xabcdx"})", R"({"number":"n/a"})"}) {
    ASSERT_EQ(decoder.Decode(matcher->plan(), json), event::Reject::kNone);
    tally.Count(decoder.event());
  }
  EXPECT_EQ(tally.counts()[numbers[0]], 2u);
  EXPECT_EQ(tally.counts()[numbers[2]], 1u);
  EXPECT_EQ(tally.counts()[numbers[3]], 3u) << "there is a value, whatever it is";
}

}  // namespace
}  // namespace riposte::match
