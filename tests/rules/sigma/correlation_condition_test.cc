#include "rules/sigma/correlation_condition.h"

#include <gtest/gtest.h>

#include "tests/rules/rule/rule_text.h"

namespace riposte::sigma {
namespace {

using rule::test::Unexpected;
using Operator = MeasureCondition::Operator;

struct Reading {
  std::optional<MeasureCondition> condition;
  std::string codes{};
};

Reading Read(CorrelationType type, const std::string& text) {
  const auto source = std::make_shared<const text::Source>("rules.yaml", "condition: " + text);
  text::Diagnostics diagnostics;
  text::NodeReader reader(source, diagnostics);
  const yaml::Stream stream = yaml::Parse(source->bytes());
  Reading reading{.condition = ReadMeasureCondition(stream.documents.front().root.entries[0].value,
                                                    type, reader)};
  for (const text::Diagnostic& one : diagnostics.all())
    reading.codes += (reading.codes.empty() ? "" : " ") + one.code + "@" +
                     std::to_string(one.span.begin - std::string("condition: ").size());
  EXPECT_NE(reading.condition.has_value(), diagnostics.has_errors());
  return reading;
}

MeasureCondition Good(CorrelationType type, const std::string& text) {
  Reading reading = Read(type, text);
  EXPECT_EQ(reading.codes, "") << text;
  return reading.condition.value_or(MeasureCondition{});
}

TEST(ReadMeasureCondition, EachComparison) {
  const std::vector<std::pair<std::string, Operator>> kAll = {
      {"gt", Operator::kMoreThan}, {"gte", Operator::kAtLeast}, {"lt", Operator::kLessThan},
      {"lte", Operator::kAtMost},  {"eq", Operator::kEqual},    {"neq", Operator::kNotEqual}};
  for (const auto& [name, compared] : kAll) {
    const MeasureCondition read = Good(CorrelationType::kEventCount, "{" + name + ": 7}");
    EXPECT_EQ(read.compared, compared);
    EXPECT_EQ(read.number, 7);
  }
}

TEST(ReadMeasureCondition, FieldsAndNumbers) {
  const MeasureCondition values =
      Good(CorrelationType::kValueCount, "{gte: 3, field: [User, Domain]}");
  ASSERT_EQ(values.fields.size(), 2u);
  EXPECT_EQ(values.fields[1].text, "Domain");
  EXPECT_EQ(Good(CorrelationType::kValueSum, "{gt: 1.5e6, field: Bytes}").number, 1.5e6);
  EXPECT_EQ(Good(CorrelationType::kValueAverage, "{lt: -0.5, field: [Bytes]}").number, -0.5);
  const MeasureCondition percentile =
      Good(CorrelationType::kValuePercentile, "{gt: 3, field: Bytes, percentile: 99.9}");
  EXPECT_EQ(percentile.percentile, 99.9);
  EXPECT_EQ(
      Good(CorrelationType::kValuePercentile, "{gt: 3, field: B, percentile: 100}").percentile,
      100);
}

TEST(ReadMeasureCondition, WithoutAPercentileItIsTheMedian) {
  const Reading read = Read(CorrelationType::kValuePercentile, "{gt: 3, field: Bytes}");
  EXPECT_EQ(read.codes, "correlation-condition@0");
  ASSERT_TRUE(read.condition.has_value());
  EXPECT_EQ(read.condition->percentile, 50);
}

TEST(ReadMeasureCondition, Mistakes) {
  const auto codes = [](CorrelationType type, const std::string& text) {
    return Read(type, text).codes;
  };
  using enum CorrelationType;
  EXPECT_EQ(codes(kEventCount, "{}"), "missing-key@0");
  EXPECT_EQ(codes(kEventCount, "3"), "correlation-condition@0");
  EXPECT_EQ(codes(kEventCount, "[3]"), "wrong-type@0");
  EXPECT_EQ(codes(kEventCount, "~"), "empty-value@0");
  EXPECT_EQ(codes(kEventCount, "{gte: 3, lte: 5}"), "correlation-condition@9") << "a range";
  EXPECT_EQ(codes(kEventCount, "{gte: 3, gte2: 5}"), "unknown-key@9");
  EXPECT_EQ(codes(kEventCount, "{gte: '3'}"), "wrong-type@6");
  EXPECT_EQ(codes(kEventCount, "{gte: 3.5}"), "wrong-type@6");
  EXPECT_EQ(codes(kEventCount, "{gte: -1}"), "wrong-type@6");
  EXPECT_EQ(codes(kEventCount, "{gte: [3]}"), "wrong-type@6");
  EXPECT_EQ(codes(kEventCount, "{gte: 3, field: User}"), "correlation-condition@9");
  EXPECT_EQ(codes(kEventCount, "{gte: 3, percentile: 5}"), "correlation-condition@9");
  EXPECT_EQ(codes(kValueCount, "{gte: 3}"), "missing-key@0");
  EXPECT_EQ(codes(kValueCount, "{gte: 3, field: []}"), "empty-value@16");
  EXPECT_EQ(codes(kValueCount, "{gte: 3, field: {a: b}}"), "wrong-type@16");
  EXPECT_EQ(codes(kValueSum, "{gte: 3, field: [A, B]}"), "correlation-condition@16");
  EXPECT_EQ(codes(kValueSum, "{gte: '3', field: A}"), "wrong-type@6");
  EXPECT_EQ(codes(kValueSum, "{gte: many, field: A}"), "wrong-type@6");
  EXPECT_EQ(codes(kValueSum, "{gte: inf, field: A}"), "wrong-type@6");
  EXPECT_EQ(codes(kValueSum, "{gte: 1e999, field: A}"), "wrong-type@6");
  EXPECT_EQ(codes(kValuePercentile, "{gte: 3, field: A, percentile: 0}"),
            "correlation-condition@31");
  EXPECT_EQ(codes(kValuePercentile, "{gte: 3, field: A, percentile: 100.1}"),
            "correlation-condition@31");
  EXPECT_EQ(codes(kValuePercentile, "{gte: x, percentile: y}"),
            "wrong-type@6 missing-key@0 wrong-type@21")
      << "all at once";
}

std::string Temporal(const std::string& condition) {
  return rule::test::NamedRules(3) +
         rule::test::CorrelationText(9,
                                     "type: temporal, rules: [r1, r2, r3], group-by: [User], "
                                     "timespan: 5m, condition: " +
                                         condition);
}

TEST(ReadTemporalCondition, ANumberComesToAllOfTheRules) {
  for (const std::string condition : {"{gte: 3}", "{eq: 3}", "{gt: 2}", "r1 and r2 and r3"})
    EXPECT_EQ(Unexpected(Temporal(condition), ""), "") << condition;
  for (const std::string condition :
       {"{gte: ^2}", "{gte: ^4}", "{gt: ^3}", "{lte: ^3}", "{neq: ^3}", "{lt: ^4}", "{gte: ^0}",
        "{gt: ^9223372036854775807}"})
    EXPECT_EQ(Unexpected(Temporal(condition), "correlation-condition"), "") << condition;
}

TEST(ReadTemporalCondition, Mistakes) {
  EXPECT_EQ(Unexpected(Temporal("{gte: 3, ^field: User, ^percentile: 3}"),
                       "correlation-condition correlation-condition"),
            "");
  EXPECT_EQ(Unexpected(Temporal("^{}"), "missing-key"), "");
  EXPECT_EQ(Unexpected(Temporal("^[r1, r2]"), "wrong-type"), "");
  EXPECT_EQ(Unexpected(Temporal("{gte: ^'3'}"), "wrong-type"), "");
  EXPECT_EQ(Unexpected(Temporal("'r1 and r2 and r3 ^or r1'"), "correlation-condition"), "");
}

TEST(EachOf, IsATermForEachRule) {
  const std::vector<CorrelationTerm> terms = EachOf(2);
  ASSERT_EQ(terms.size(), 2u);
  EXPECT_EQ(terms[1].rules, std::vector<size_t>{1});
  EXPECT_FALSE(terms[1].absent);
}

TEST(CorrelationType, Names) {
  EXPECT_EQ(CorrelationTypeName(CorrelationType::kEventCount), "event_count");
  EXPECT_EQ(CorrelationTypeName(CorrelationType::kTemporalOrdered), "temporal_ordered");
  EXPECT_TRUE(IsTemporal(CorrelationType::kTemporal));
  EXPECT_FALSE(IsTemporal(CorrelationType::kValuePercentile));
}

}  // namespace
}  // namespace riposte::sigma
