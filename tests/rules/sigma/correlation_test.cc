#include "rules/sigma/correlation.h"

#include <gtest/gtest.h>

#include "tests/rules/rule/rule_text.h"

namespace riposte::sigma {
namespace {

using rule::test::CorrelationText;
using rule::test::NamedRules;
using rule::test::Unexpected;

std::optional<Correlation> Read(const std::string& text) {
  const auto source = std::make_shared<const text::Source>("rules.yaml", text);
  text::Diagnostics diagnostics;
  text::NodeReader reader(source, diagnostics);
  std::optional<Correlation> read =
      ReadCorrelation(yaml::Parse(source->bytes()).documents.front().root, reader);
  EXPECT_NE(read.has_value(), diagnostics.has_errors()) << text::Render(diagnostics);
  return read;
}

Correlation Good(const std::string& section, const std::string& more = {}) {
  return Read(CorrelationText(1, section, more)).value_or(Correlation{});
}

const std::string kCount =
    "type: event_count, rules: [r1], group-by: [User], timespan: 5m, condition: {gte: 3}";

// What is wrong with rules beside a correlation.
std::string Wrong(const std::string& section, std::string_view codes,
                  const std::string& more = {}) {
  return Unexpected(NamedRules(2) + CorrelationText(9, section, more), codes);
}

TEST(ReadCorrelation, AllThatItSays) {
  const Correlation read = Good(
      "type: value_count, rules: [a, 0e95725d-7320-415d-80f7-004da920fc11], group-by: [User, ip], "
      "timespan: 90m, generate: true, condition: {gte: 3, field: Host}, aliases: {ip: {a: "
      "source.ip, b: dest.ip}}",
      "name: c\nlevel: high\nauthor: Anna\ntags: [attack.t1110]\ncustom: 1\n");
  EXPECT_EQ(read.about.title, "Correlation 1");
  EXPECT_EQ(read.about.name, "c");
  EXPECT_EQ(read.about.level, 3u);
  EXPECT_EQ(read.type, CorrelationType::kValueCount);
  ASSERT_EQ(read.rules.size(), 2u);
  EXPECT_EQ(read.rules[0].text, "a");
  ASSERT_EQ(read.group_by.size(), 2u);
  EXPECT_EQ(read.group_by[1].text, "ip");
  EXPECT_EQ(read.timespan, std::chrono::minutes(90));
  EXPECT_TRUE(read.generate);
  EXPECT_EQ(read.measured.fields.front().text, "Host");
  ASSERT_EQ(read.aliases.size(), 1u);
  ASSERT_EQ(read.aliases[0].fields.size(), 2u);
  EXPECT_EQ(read.aliases[0].fields[1].rule.text, "b");
  EXPECT_EQ(read.aliases[0].fields[1].field.text, "dest.ip");
}

TEST(ReadCorrelation, EachType) {
  const std::string rest = ", rules: [a, b], group-by: [User], timespan: 5m";
  EXPECT_EQ(Good("type: event_count, condition: {gte: 1}" + rest).type,
            CorrelationType::kEventCount);
  const std::string measured = ", condition: {gte: 1, field: F}" + rest;
  EXPECT_EQ(Good("type: value_count" + measured).type, CorrelationType::kValueCount);
  EXPECT_EQ(Good("type: value_sum" + measured).type, CorrelationType::kValueSum);
  EXPECT_EQ(Good("type: value_avg" + measured).type, CorrelationType::kValueAverage);
  EXPECT_EQ(Good("type: value_percentile" + measured).type, CorrelationType::kValuePercentile);
  EXPECT_EQ(Good("type: temporal" + rest).terms.size(), 2u);
  EXPECT_EQ(Good("type: temporal_ordered" + rest).type, CorrelationType::kTemporalOrdered);
}

TEST(ReadCorrelation, OneOfAListMayStandAlone) {
  const Correlation read =
      Good("type: event_count, rules: a, group-by: User, timespan: 5m, condition: {gte: 3}");
  EXPECT_EQ(read.rules.size(), 1u);
  EXPECT_EQ(read.group_by.size(), 1u);
  EXPECT_TRUE(Good("type: event_count, rules: a, group-by: [], timespan: 5m, condition: {gte: 3}")
                  .group_by.empty());
}

TEST(ReadCorrelation, TheWordsOfAConditionMayNameTheRules) {
  const Correlation read =
      Good("type: temporal, group-by: [User], timespan: 5m, condition: a and not b");
  ASSERT_EQ(read.rules.size(), 2u);
  EXPECT_EQ(read.rules[1].text, "b");
}

TEST(ReadCorrelation, GenerateStandsInsideOrBeside) {
  EXPECT_FALSE(Good(kCount).generate);
  EXPECT_TRUE(Good(kCount + ", generate: true").generate);
  EXPECT_TRUE(Good(kCount, "generate: true\n").generate);
  EXPECT_EQ(Wrong(kCount + ", generate: false", "duplicate-key", "generate: ^true\n"), "");
  EXPECT_EQ(Wrong(kCount + ", generate: ^'yes'", "wrong-type"), "");
}

TEST(ReadCorrelation, Timespans) {
  const auto with = [](const std::string& span) {
    return "type: event_count, rules: [r1], group-by: [User], timespan: " + span +
           ", condition: {gte: 3}";
  };
  EXPECT_EQ(Good(with("1s")).timespan, Duration{1'000});
  EXPECT_EQ(Good(with("31d")).timespan, std::chrono::days(31));
  for (const std::string span : {"^5", "^m", "^1w", "^1M", "^1y", "^5 m", "^1h30m", "^-5m", "^1.5h",
                                 "^5M", "^500ms", "^''", "^99999999999999999999d"})
    EXPECT_EQ(Wrong(with(span), "bad-duration"), "") << span;
  for (const std::string span : {"^0s", "^32d", "^745h"})
    EXPECT_EQ(Wrong(with(span), "span-out-of-range"), "") << span;
  EXPECT_EQ(Wrong(with("^[5m]"), "wrong-type"), "");
}

// The section with its braces.
std::string WrongSection(const std::string& section, std::string_view codes) {
  return Unexpected(
      NamedRules(2) + "title: T\nid: " + rule::test::IdOf(9) + "\ncorrelation: " + section + "\n",
      codes);
}

TEST(ReadCorrelation, WhatHasToBeThere) {
  EXPECT_EQ(WrongSection("^^^^{}", "missing-key missing-key missing-key missing-key"), "")
      << "a condition is looked for when the type is known";
  EXPECT_EQ(
      WrongSection("^^^^{type: event_count}", "missing-key missing-key missing-key missing-key"),
      "");
  EXPECT_EQ(WrongSection("^^^{type: temporal}", "missing-key missing-key missing-key"), "");
  EXPECT_EQ(WrongSection("^[a]", "wrong-type"), "");
  EXPECT_EQ(WrongSection("^~", "empty-value"), "");
  EXPECT_EQ(Unexpected("^^correlation: {type: temporal, rules: [r1, r2], group-by: [], timespan: "
                       "1m}\n---\n" +
                           NamedRules(2),
                       "missing-key missing-key"),
            "")
      << "title and id";
}

TEST(ReadCorrelation, KeysAndValuesThatAreUnknown) {
  EXPECT_EQ(Wrong("^typo: 1, " + kCount, "unknown-key"), "");
  EXPECT_EQ(Wrong("type: ^event_counts, rules: [r1], group-by: [User], timespan: 5m, condition: "
                  "{gte: 3}",
                  "unknown-value"),
            "");
  EXPECT_EQ(Wrong(kCount, "unknown-key unknown-key",
                  "^detection: {a: {F: x}, condition: a}\n^logsource: {product: windows}\n"),
            "");
  EXPECT_EQ(Wrong(kCount, "unknown-taxonomy", "taxonomy: ^ecs\n"), "");
}

TEST(ReadCorrelation, AllThatIsWrongIsToldAtOnce) {
  EXPECT_EQ(Wrong("type: event_count, rules: ^[], generate: ^1, group-by: [User, ^User, ^[]], "
                  "timespan: ^1y, aliases: ^[], condition: {gte: ^x}",
                  "empty-value wrong-type duplicate-field wrong-type bad-duration wrong-type "
                  "wrong-type"),
            "");
  EXPECT_EQ(Wrong(kCount + ", aliases: {a: ^b, c: {r1: ^[]}}", "wrong-type wrong-type"), "");
  EXPECT_EQ(Wrong("type: event_count, rules: ^{a: b}, group-by: ^{a: b}, timespan: 5m, condition: "
                  "{gte: 3}",
                  "wrong-type wrong-type"),
            "");
}

TEST(ReadCorrelation, Bounds) {
  const auto list = [](std::string_view name, size_t count) {
    std::string text = "[";
    for (size_t i = 0; i < count; ++i) text += std::string(name) + std::to_string(i) + ", ";
    return text;
  };
  const auto with = [](const std::string& rules, const std::string& group) {
    return "type: event_count, rules: " + rules + ", group-by: " + group +
           ", timespan: 5m, condition: {gte: 3}";
  };
  EXPECT_EQ(Good(with(list("r", kMostCorrelated) + "]", "[F]")).rules.size(), kMostCorrelated);
  EXPECT_EQ(Wrong(with(list("r", kMostCorrelated) + "^x]", "[F]"), "too-many-steps"), "");
  EXPECT_EQ(Good(with("[r1]", list("F", kMostGroupFields) + "]")).group_by.size(),
            kMostGroupFields);
  EXPECT_EQ(Wrong(with("[r1]", list("F", kMostGroupFields) + "^x]"), "too-many-fields"), "");
}

}  // namespace
}  // namespace riposte::sigma
