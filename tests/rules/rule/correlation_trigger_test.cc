#include "rules/rule/correlation_trigger.h"

#include <gtest/gtest.h>

#include "rules/rule/trigger_print.h"
#include "tests/rules/rule/rule_text.h"

namespace riposte::rule {
namespace {

using std::chrono::minutes;
using test::CorrelationText;
using test::Unexpected;

std::string With(const std::string& section, int rules = 3) {
  return test::NamedRules(rules) + CorrelationText(99, section);
}

Trigger Read(const std::string& section) {
  const test::Loaded loaded = test::LoadText(With(section));
  EXPECT_NE(loaded.set, nullptr) << text::Render(loaded.diagnostics);
  return loaded.set == nullptr ? Trigger{} : loaded.set->rules.back().trigger;
}

std::string CountSection(const std::string& condition, const std::string& type = "event_count") {
  return "type: " + type +
         ", rules: [r1, r2], group-by: [User], timespan: 5m, condition: " + condition;
}
Count ReadCount(const std::string& condition, const std::string& type = "event_count") {
  return std::get<Count>(Read(CountSection(condition, type)));
}

TEST(CorrelationTrigger, AnEventCountIsACountWithSources) {
  const Count count = ReadCount("{gte: 3}");
  EXPECT_EQ(count.measure, Measure::kMatches);
  EXPECT_EQ(count.comparison, Comparison::kAtLeast);
  EXPECT_EQ(count.threshold, 3);
  EXPECT_EQ(count.within, minutes(5));
  EXPECT_EQ(count.cooldown, minutes(5));
  EXPECT_TRUE(count.group_by.empty());
  ASSERT_EQ(count.of.size(), 2u);
  EXPECT_EQ(count.of[1].name, "r2");
  EXPECT_EQ(count.of[1].at_least, 1);
}

TEST(CorrelationTrigger, WholeNumbersHaveOneForm) {
  const auto print = [](const std::string& condition) {
    const Count count = ReadCount(condition);
    return std::pair(count.comparison, count.threshold);
  };
  EXPECT_EQ(print("{gt: 3}"), std::pair(Comparison::kAtLeast, 4.0));
  EXPECT_EQ(print("{gt: 0}"), std::pair(Comparison::kAtLeast, 1.0));
  EXPECT_EQ(print("{lt: 3}"), std::pair(Comparison::kAtMost, 2.0));
  EXPECT_EQ(print("{lte: 3}"), std::pair(Comparison::kAtMost, 3.0));
  EXPECT_EQ(print("{eq: 3}"), std::pair(Comparison::kEqual, 3.0));
  EXPECT_EQ(print("{neq: 3}"), std::pair(Comparison::kNotEqual, 3.0));
  EXPECT_EQ(print("{gte: 10000}"), std::pair(Comparison::kAtLeast, 10'000.0));
}

TEST(CorrelationTrigger, NumbersThatNoWindowHas) {
  for (const std::string condition :
       {"{gte: ^0}", "{lt: ^1}", "{lt: ^0}", "{lte: ^0}", "{eq: ^0}", "{neq: ^0}", "{gte: ^10001}",
        "{gt: ^10000}", "{gt: ^9223372036854775807}"})
    EXPECT_EQ(Unexpected(With(CountSection(condition)), "count-out-of-range"), "") << condition;
  EXPECT_EQ(Unexpected(With(CountSection("{gte: ^0, field: Image}", "value_count")),
                       "count-out-of-range"),
            "");
}

TEST(CorrelationTrigger, EachMeasure) {
  EXPECT_EQ(ReadCount("{gte: 3, field: [Image, User]}", "value_count").fields.size(), 2u);
  EXPECT_EQ(ReadCount("{gte: 3, field: Image}", "value_count").measure, Measure::kDistinct);
  const Count sum = ReadCount("{gt: 0.5, field: Bytes}", "value_sum");
  EXPECT_EQ(sum.measure, Measure::kSum);
  EXPECT_EQ(sum.comparison, Comparison::kMoreThan) << "numbers are no whole ones";
  EXPECT_EQ(sum.threshold, 0.5);
  EXPECT_EQ(ReadCount("{lt: -3, field: Bytes}", "value_avg").measure, Measure::kAverage);
  const Count percentile = ReadCount("{gt: 3, field: B, percentile: 95}", "value_percentile");
  EXPECT_EQ(percentile.measure, Measure::kPercentile);
  EXPECT_EQ(percentile.percentile, 95);
}

TEST(CorrelationTrigger, TemporalIsUnordered) {
  const auto trigger = std::get<Unordered>(
      Read("type: temporal, rules: [r2, r1], group-by: [User, Computer], timespan: 1h"));
  EXPECT_EQ(trigger.within, minutes(60));
  ASSERT_EQ(trigger.steps.size(), 2u);
  EXPECT_EQ(trigger.steps[0].name, "r2");
  EXPECT_EQ(trigger.steps[0].by.size(), 2u);
  EXPECT_FALSE(FiresByDeadline(trigger));
}

TEST(CorrelationTrigger, NotIsAnAbsentStep) {
  const auto trigger = std::get<Unordered>(
      Read("type: temporal, condition: r1 and not (r2 or r3), group-by: [User], timespan: 1h"));
  ASSERT_EQ(trigger.steps.size(), 3u);
  EXPECT_FALSE(trigger.steps[0].absent);
  EXPECT_TRUE(trigger.steps[1].absent);
  EXPECT_EQ(trigger.steps[2].name, "r3");
  EXPECT_TRUE(trigger.steps[2].absent);
  EXPECT_TRUE(FiresByDeadline(trigger));
}

TEST(CorrelationTrigger, TemporalOrderedIsASequence) {
  const auto trigger = std::get<Sequence>(
      Read("type: temporal_ordered, rules: [r3, r1], group-by: [User], timespan: 1h"));
  EXPECT_EQ(trigger.within, minutes(60));
  ASSERT_EQ(trigger.steps.size(), 2u);
  EXPECT_EQ(trigger.steps[0].name, "r3");
  EXPECT_FALSE(trigger.until.has_value());
  EXPECT_EQ(std::get<Sequence>(Read("type: temporal_ordered, condition: r3 and (r1 or r2), "
                                    "group-by: [User], timespan: 1h"))
                .steps[1]
                .name,
            "r1 or r2");
}

TEST(CorrelationTrigger, WhatHasNoTrigger) {
  const auto wrong = [](const std::string& section, std::string_view codes) {
    return Unexpected(With(section + ", group-by: [User], timespan: 1h"), codes);
  };
  EXPECT_EQ(wrong("type: temporal, rules: ^[r1]", "single-step"), "");
  EXPECT_EQ(wrong("type: temporal_ordered, rules: ^r1", "single-step"), "");
  EXPECT_EQ(wrong("type: temporal, condition: ^r1 or r2", "single-step"), "");
  EXPECT_EQ(wrong("type: temporal, condition: ^not r1", "only-absent"), "");
  EXPECT_EQ(wrong("type: temporal, condition: r1 and not r2", ""), "");
  EXPECT_EQ(
      wrong("type: temporal_ordered, condition: ^r1 and r2 and not r3", "correlation-condition"),
      "");
}

TEST(CorrelationTrigger, StepsAreBounded) {
  const auto section = [](const std::string& type, int count) {
    std::string rules = "^[r1";
    for (int i = 2; i <= count; ++i) rules += ", r" + std::to_string(i);
    return "type: " + type + ", rules: " + rules + "], group-by: [User], timespan: 1h";
  };
  const auto unmarked = [](std::string text) {
    text.erase(text.find('^'), 1);
    return text;
  };
  EXPECT_EQ(Unexpected(With(unmarked(section("temporal_ordered", 16)), 16), ""), "");
  EXPECT_EQ(Unexpected(With(section("temporal_ordered", 17), 17), "too-many-steps"), "");
  EXPECT_EQ(Unexpected(With(unmarked(section("temporal", 64)), 64), ""), "");
}

// What is kept under one definition is of no use under another: the definition has those of the
// rules below it.
TEST(CorrelationTrigger, HashesHaveWhatItRefersTo) {
  const auto load = [](const std::string& image, const std::string& inner_timespan) {
    const test::Loaded loaded = test::LoadText(
        "title: A\nid: " + test::IdOf(1) +
        "\nname: r1\nlogsource: {product: windows, category: process_creation}\ndetection:\n  a: "
        "{Image: " +
        image + "}\n  condition: a\n---\n" + test::SigmaText(2, "name: r2\n---\n") +
        CorrelationText(3,
                        "type: event_count, rules: [r1], group-by: [User], timespan: " +
                            inner_timespan + ", condition: {gte: 3}",
                        "name: inner\n---\n") +
        CorrelationText(4,
                        "type: temporal_ordered, rules: [inner, r2], group-by: [User], "
                        "timespan: 1h"));
    EXPECT_NE(loaded.set, nullptr) << text::Render(loaded.diagnostics);
    return loaded.set->rules;
  };
  const std::vector<Rule> rules = load("a", "5m");
  for (const std::vector<Rule>& other : {load("b", "5m"), load("a", "6m")}) {
    EXPECT_NE(other[2].canonical_trigger, rules[2].canonical_trigger);
    EXPECT_NE(other[3].canonical_trigger, rules[3].canonical_trigger);
    EXPECT_NE(other[3].arming_hash, rules[3].arming_hash);
    EXPECT_NE(other[3].version, rules[3].version);
  }
  EXPECT_EQ(load("a", "300s")[3].canonical_trigger, rules[3].canonical_trigger);
  EXPECT_NE(rules[2].canonical_trigger.find(rules[0].canonical_query), std::string::npos);
}

}  // namespace
}  // namespace riposte::rule
