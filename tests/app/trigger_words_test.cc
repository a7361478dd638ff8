#include "app/trigger_words.h"

#include <memory>

#include <gtest/gtest.h>

#include "rules/rule/load.h"
#include "tests/app/rule_files.h"

namespace riposte::app {
namespace {

const schema::SchemaPtr& Schema() {
  static const schema::SchemaPtr kSchema = test::ShippedSchema();
  return kSchema;
}

// Of a trigger as it is written in a rule; `query`: whether the rule has one of its own.
std::string Words(const std::string& trigger, bool query = true) {
  text::Diagnostics diagnostics;
  const auto source = std::make_shared<text::Source>(
      "rules.yaml", "id: 0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c10\nname: N\nseverity: low\n" +
                        std::string(query ? "query: 'type: PROCESS'\n" : "") +
                        "trigger: " + trigger + "\n");
  const rule::RuleSetPtr rules = rule::LoadRulesFrom({source}, Schema(), diagnostics);
  EXPECT_NE(rules, nullptr) << text::Render(diagnostics);
  if (rules == nullptr) return {};
  return TriggerWords(rules->rules.front().trigger, Schema()->catalogue);
}

TEST(TriggerWords, OfRuleFiles) {
  EXPECT_EQ(Words("{single_match: }"), "single_match: each match");
  EXPECT_EQ(Words("{count: {at_least: 5, within: 10m, group_by: [asset.id, process.username]}}"),
            "count: 5 or more matches within 10m, for each asset.id, process.username");
  EXPECT_EQ(Words("{count: {at_least: 5, within: 10m, group_by: [], distinct: process.name}}"),
            "count: 5 or more values of process.name within 10m");
  EXPECT_EQ(Words("{scheduled: {daily: , from: '16:05', to: '08:00', at_least: 2, group_by: []}}"),
            "scheduled: 2 or more matches from 16:05 to 08:00 (UTC), daily");
  EXPECT_EQ(Words("{scheduled: {weekly: [sun, mon], from: '00:00', to: '00:00', timezone: "
                  "Europe/Berlin, at_least: 1, group_by: [asset.id]}}"),
            "scheduled: 1 or more matches from 00:00 to 00:00 (Europe/Berlin), mon, sun, for each "
            "asset.id");
  EXPECT_EQ(Words("{scheduled: {monthly: [1, 31], from: '00:00', to: '01:00', at_least: 1, "
                  "group_by: []}}"),
            "scheduled: 1 or more matches from 00:00 to 01:00 (UTC), day 1, 31 of the month");
  EXPECT_EQ(Words("{sequence: {within: 5m, by: [asset.id], steps: [{name: drop, query: 'type: "
                  "FILE'}, {query: 'type: PROCESS', at_least: 3}, {name: ok, absent: 'type: "
                  "MUTEX'}], until: {query: 'type: FILE'}}}",
                  false),
            "sequence: 'drop', then 'step 2' 3 times, then no 'ok' within 5m, for each asset.id, "
            "unless ended");
  EXPECT_EQ(
      Words("{unordered: {within: 5m, by: [], steps: [{query: 'type: FILE', at_least: 3, "
            "distinct: process.name}, {query: 'type: PROCESS'}]}}",
            false),
      "unordered: 'step 1' with 3 values of process.name and 'step 2' in any order within 5m");
}

// What only correlations of Sigma ask for.
TEST(TriggerWords, OfMeasures) {
  rule::Count count{.within = std::chrono::minutes(1)};
  count.fields = {Schema()->catalogue.Find("process.pid")};
  const auto words = [&count](rule::Measure measure, rule::Comparison comparison) {
    count.measure = measure;
    count.comparison = comparison;
    count.threshold = 2.5;
    count.percentile = 99;
    return TriggerWords(count, Schema()->catalogue);
  };
  EXPECT_EQ(words(rule::Measure::kSum, rule::Comparison::kMoreThan),
            "count: a sum of process.pid of more than 2.5 within 1m");
  EXPECT_EQ(words(rule::Measure::kAverage, rule::Comparison::kAtMost),
            "count: an average of process.pid of 2.5 or less within 1m");
  EXPECT_EQ(words(rule::Measure::kPercentile, rule::Comparison::kLessThan),
            "count: a percentile 99 of process.pid of less than 2.5 within 1m");
  EXPECT_EQ(words(rule::Measure::kMatches, rule::Comparison::kEqual),
            "count: exactly 2.5 matches within 1m");
  EXPECT_EQ(words(rule::Measure::kMatches, rule::Comparison::kNotEqual),
            "count: other than 2.5 matches within 1m");
}

}  // namespace
}  // namespace riposte::app
