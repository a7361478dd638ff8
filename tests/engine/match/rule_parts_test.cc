#include "engine/match/rule_parts.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/query/print.h"
#include "tests/engine/match/match_table.h"

namespace riposte::match {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

rule::Step Taking(const rule::Rule& rule) {
  return {.firings_of = rule::FiringsOf{.rule = rule.id, .by = {}, .measured = {}, .reads = {}}};
}

// Rules whose ids tell them apart.
rule::RuleSet Numbered(const std::vector<std::string>& queries) {
  rule::RuleSet rules = RulesOf(TableSchema(), queries);
  for (size_t i = 0; i < queries.size(); ++i)
    rules.rules[i].id.bytes[15] = static_cast<uint8_t>(i + 1);
  return rules;
}

// "rule.part: query" of each part.
std::vector<std::string> PartsIn(const rule::RuleSet& rules) {
  std::deque<query::Expression> joined;
  std::vector<std::string> out;
  for (const RulePart& part : PartsToMatch(rules, rules.schema->profiles.front(), joined))
    out.push_back(std::to_string(part.rule) + "." + std::to_string(part.part) + ": " +
                  query::Print(*part.query, rules.schema->catalogue));
  return out;
}

TEST(PartsToMatch, EnabledRulesThatRunOnTheProfile) {
  rule::RuleSet rules = Numbered({"number: 1", "number: 2", "number: 3", "number: 4"});
  rules.rules[1].enabled = false;
  rules.rules[3].profiles = {"another"};
  EXPECT_THAT(PartsIn(rules), ElementsAre("0.0: number: 1", "2.0: number: 3"));
}

TEST(PartsToMatch, PartsWithTheRulesOwnQuery) {
  rule::RuleSet rules = Numbered({"number: 1", "", "number: 5"});
  rules.rules[0].trigger =
      rule::Sequence{.steps = {StepOf(rules, "bool: true"), StepOf(rules, "number: 2")},
                     .until = StepOf(rules, "number: 3")};
  rules.rules[1].trigger = rule::Count{
      .of = {StepOf(rules, "number: 4"), Taking(rules.rules[2]), StepOf(rules, "bool: false")}};
  EXPECT_THAT(PartsIn(rules),
              ElementsAre("0.0: number: 1 and bool: true", "0.1: number: 1 and number: 2",
                          "0.2: number: 1 and number: 3", "1.0: number: 4", "1.2: bool: false",
                          "2.0: number: 5"));
}

TEST(PartsToMatch, InPlaceWhereTheQueryStandsInTheRule) {
  rule::RuleSet rules = Numbered({"number: 1", "", "number: 2"});
  rules.rules[1].trigger = rule::Unordered{.steps = {StepOf(rules, "number: 3")}};
  rules.rules[2].trigger = rule::Unordered{.steps = {StepOf(rules, "number: 4")}};
  std::deque<query::Expression> joined;
  const std::vector<RulePart> parts = PartsToMatch(rules, rules.schema->profiles.front(), joined);
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(parts[0].query, &rules.rules[0].query);
  EXPECT_EQ(parts[1].query, &rule::StepsOf(rules.rules[1].trigger)[0].query);
  ASSERT_EQ(joined.size(), 1u);
  EXPECT_EQ(parts[2].query, &joined[0]);
}

TEST(NeededRules, ThoseThatFireAndThoseThatTheyTake) {
  rule::RuleSet rules = Numbered({"number: 0", "number: 1", "number: 2", "number: 3", "number: 4"});
  for (const size_t silent : {0u, 1u, 2u, 3u}) rules.rules[silent].fires = false;
  EXPECT_THAT(NeededRules(rules), ElementsAre(false, false, false, false, true));
  // 4 takes what 1 fires, which takes what 0 fires; 2 and 3 take each other's.
  rules.rules[4].trigger = rule::Unordered{.steps = {Taking(rules.rules[1])}};
  rules.rules[1].trigger = rule::Unordered{.steps = {Taking(rules.rules[0])}};
  rules.rules[2].trigger = rule::Unordered{.steps = {Taking(rules.rules[3])}};
  rules.rules[3].trigger = rule::Unordered{.steps = {Taking(rules.rules[2])}};
  EXPECT_THAT(NeededRules(rules), ElementsAre(true, true, false, false, true));
  rules.rules[1].enabled = false;
  EXPECT_THAT(NeededRules(rules), ElementsAre(false, false, false, false, true));
}

TEST(PartsToMatch, RulesThatNobodyTakesAreNotMatched) {
  rule::RuleSet rules = Numbered({"number: 0"});
  rules.rules[0].fires = false;
  EXPECT_THAT(PartsIn(rules), IsEmpty());
}

}  // namespace
}  // namespace riposte::match
