#include "rules/rule/correlation_steps.h"

#include <gtest/gtest.h>

#include "rules/query/print.h"
#include "tests/rules/rule/rule_text.h"

namespace riposte::rule {
namespace {

using test::CorrelationText;
using test::Unexpected;

const std::string kInner = CorrelationText(
    8,
    "type: event_count, rules: [r1], group-by: [User, Computer], timespan: 5m, condition: {gte: "
    "3}",
    "name: inner\n---\n");

std::string Temporal(const std::string& rest) {
  return test::NamedRules(3) + kInner + CorrelationText(9, "type: temporal, timespan: 5m, " + rest);
}

// The last rule of a set, which is the correlation of interest.
const Rule& LastOf(const test::Loaded& loaded) { return loaded.set->rules.back(); }

std::string Names(const RuleSet& set, const std::vector<schema::FieldId>& fields) {
  std::string names;
  for (const schema::FieldId field : fields)
    names += (names.empty() ? "" : " ") + set.schema->catalogue.token(field).name;
  return names;
}

TEST(CorrelationSteps, AStepHasTheQueryOfItsRule) {
  const test::Loaded loaded = test::LoadText(Temporal("rules: [r2, r1], group-by: [User]"));
  ASSERT_NE(loaded.set, nullptr) << text::Render(loaded.diagnostics);
  const Step& step = StepsOf(LastOf(loaded).trigger).front();
  const Rule& rule = loaded.rule(1);
  EXPECT_EQ(step.name, "r2");
  EXPECT_TRUE(step.query.SameAs(rule.query));
  EXPECT_EQ(step.canonical_query, rule.canonical_query);
  EXPECT_EQ(step.query_text, rule.query_text);
  EXPECT_EQ(step.query_in_file, rule.query_in_file);
  EXPECT_EQ(Names(*loaded.set, step.by), "sigma.User");
  EXPECT_FALSE(step.firings_of.has_value());
  const std::string_view written = LastOf(loaded).source->bytes();
  EXPECT_EQ(written.substr(step.span.begin, step.span.end - step.span.begin), "r2");
}

// A filter changes what the correlation waits for.
TEST(CorrelationSteps, TheQueryIsFiltered) {
  const test::Loaded loaded = test::LoadText(
      Temporal("rules: [r2, r1], group-by: [User]") +
      "---\ntitle: F\nlogsource: {product: windows}\nfilter:\n  rules: [r2]\n  a: {User: x}\n"
      "  condition: not a\n");
  ASSERT_NE(loaded.set, nullptr) << text::Render(loaded.diagnostics);
  EXPECT_NE(StepsOf(LastOf(loaded).trigger).front().canonical_query.find("sigma.User"),
            std::string::npos);
}

TEST(CorrelationSteps, FiringsOfACorrelation) {
  const test::Loaded loaded =
      test::LoadText(Temporal("rules: [inner, r2], group-by: [Computer, User]"));
  ASSERT_NE(loaded.set, nullptr) << text::Render(loaded.diagnostics);
  const Step& step = StepsOf(LastOf(loaded).trigger).front();
  ASSERT_TRUE(step.firings_of.has_value());
  EXPECT_EQ(step.firings_of->rule.ToString(), test::IdOf(8));
  EXPECT_EQ(step.firings_of->by, (std::vector<size_t>{1, 0}));
  EXPECT_FALSE(step.firings_of->by_deadline);
  EXPECT_EQ(Names(*loaded.set, step.by), "sigma.Computer sigma.User");
  EXPECT_TRUE(step.query.empty());
  EXPECT_EQ(step.canonical_query.size(), 64u) << "a hash of the definition";
  EXPECT_EQ(step.firings_of->reads, FieldsOf(loaded.rule(3)));
  const std::vector<schema::FieldId> all = FieldsOf(LastOf(loaded));
  EXPECT_TRUE(std::ranges::includes(all, step.firings_of->reads));
}

// What fires when a time is over completes what it is the last part of in the same way.
TEST(CorrelationSteps, FiringsByDeadline) {
  const test::Loaded loaded = test::LoadText(
      test::NamedRules(3) +
      CorrelationText(8, "type: temporal, condition: r1 and not r2, group-by: [User], timespan: 5m",
                      "name: inner\n---\n") +
      CorrelationText(9,
                      "type: temporal_ordered, rules: [r3, inner], group-by: [User], timespan: "
                      "1h"));
  ASSERT_NE(loaded.set, nullptr) << text::Render(loaded.diagnostics);
  EXPECT_TRUE(StepsOf(LastOf(loaded).trigger)[1].firings_of->by_deadline);
  EXPECT_TRUE(FiresByDeadline(LastOf(loaded).trigger));
}

TEST(CorrelationSteps, AliasesOfAnInnerCorrelationAreItsGroup) {
  const std::string inner = CorrelationText(
      8,
      "type: temporal, rules: [r1, r2], group-by: [ip], timespan: 5m, aliases: {ip: {r1: "
      "SourceIp, r2: DestinationIp}}",
      "name: pair\n---\n");
  const auto with = [&](const std::string& rest) {
    return test::NamedRules(3) + inner +
           CorrelationText(9, "type: temporal, timespan: 5m, rules: [pair, r3], " + rest);
  };
  EXPECT_EQ(Unexpected(with("group-by: [ip], aliases: {ip: {pair: ip, r3: Address}}"), ""), "");
  EXPECT_EQ(
      Unexpected(with("group-by: [ip], aliases: {ip: {pair: ^SourceIp, r3: A}}"), "not-in-group"),
      "");
  const test::Loaded loaded = test::LoadText(with("group-by: [ip]"));
  ASSERT_NE(loaded.set, nullptr) << text::Render(loaded.diagnostics);
  EXPECT_EQ(Names(*loaded.set, StepsOf(LastOf(loaded).trigger)[0].by), "sigma.SourceIp");
  EXPECT_EQ(Names(*loaded.set, StepsOf(LastOf(loaded).trigger)[1].by), "sigma.ip");
}

TEST(CorrelationSteps, WhatAFiringDoesNotTell) {
  EXPECT_EQ(
      Unexpected(Temporal("rules: [inner, r2], group-by: [User, ^IpAddress]"), "not-in-group"), "");
  const auto count = [](const std::string& type, const std::string& field) {
    return test::NamedRules(1) + kInner +
           CorrelationText(9, "type: " + type +
                                  ", rules: [inner], group-by: [User], timespan: 1h, "
                                  "condition: {gte: 3, field: " +
                                  field + "}");
  };
  EXPECT_EQ(Unexpected(count("value_count", "^Image"), "not-in-group"), "");
  EXPECT_EQ(Unexpected(count("value_sum", "^Computer"), "correlation-condition"), "");
  const test::Loaded loaded = test::LoadText(count("value_count", "Computer"));
  ASSERT_NE(loaded.set, nullptr) << text::Render(loaded.diagnostics);
  const Count& trigger = std::get<Count>(LastOf(loaded).trigger);
  EXPECT_EQ(trigger.of[0].firings_of->measured, std::vector<size_t>{1});
  EXPECT_EQ(Names(*loaded.set, trigger.fields), "sigma.Computer");
}

TEST(CorrelationSteps, NumbersAreReadAsNumbers) {
  const auto fields = [](const std::string& type) {
    const test::Loaded loaded =
        test::LoadText(test::NamedRules(2) +
                       CorrelationText(9, "type: " + type +
                                              ", rules: [r1, r2], group-by: [User], timespan: 1h, "
                                              "condition: {gte: 3, field: Bytes}"));
    if (loaded.set == nullptr) return text::Render(loaded.diagnostics);
    return Names(*loaded.set, std::get<Count>(LastOf(loaded).trigger).fields);
  };
  EXPECT_EQ(fields("value_count"), "sigma.Bytes");
  EXPECT_EQ(fields("value_sum"), "sigma.Bytes|number");
  EXPECT_EQ(fields("value_avg"), "sigma.Bytes|number");
  EXPECT_EQ(fields("value_percentile"), "sigma.Bytes|number");
}

TEST(CorrelationSteps, OneFieldIsMeasuredOfAllRules) {
  EXPECT_EQ(Unexpected(test::NamedRules(2) +
                           CorrelationText(
                               9,
                               "type: value_count, rules: [r1, r2], group-by: [User], timespan: "
                               "1h, condition: {gte: 3, field: ^host}, aliases: {host: {r1: "
                               "Computer, r2: Hostname}}"),
                       "correlation-condition"),
            "");
}

TEST(CorrelationSteps, EachFieldOnce) {
  EXPECT_EQ(Unexpected(Temporal("rules: [r1, r2], group-by: [u, ^User], aliases: {u: {r1: User, "
                                "r2: SubjectUserName}}"),
                       "duplicate-field"),
            "");
}

TEST(CorrelationSteps, AMisspeltFieldIsAWarningToldOnce) {
  EXPECT_EQ(Unexpected(Temporal("rules: [r1, r2], group-by: [^ParentImge]"), "unknown-field"), "");
}

TEST(CorrelationSteps, OneOfSeveralRules) {
  const test::Loaded loaded =
      test::LoadText(Temporal("condition: (r1 or r2) and r3, group-by: [User]"));
  ASSERT_NE(loaded.set, nullptr) << text::Render(loaded.diagnostics);
  const Step& step = StepsOf(LastOf(loaded).trigger).front();
  EXPECT_EQ(step.name, "r1 or r2");
  EXPECT_EQ(step.canonical_query,
            loaded.rule(0).canonical_query + " or " + loaded.rule(1).canonical_query);
  EXPECT_EQ(step.canonical_query, query::Print(step.query, loaded.set->schema->catalogue));
  EXPECT_EQ(Unexpected(Temporal("condition: ^(inner or r2) and r3, group-by: [User]"),
                       "correlation-condition"),
            "");
  EXPECT_EQ(Unexpected(Temporal("condition: ^(r1 or r2) and r3, group-by: [u], aliases: {u: {r1: "
                                "A, r2: B, r3: A}}"),
                       "correlation-condition"),
            "");
}

// Each copy of a rule's query takes memory: how much, is not up to who writes the files.
TEST(CorrelationSteps, CopiesAreBounded) {
  std::string values;
  for (int i = 0; i < 5'000; ++i) values += "v" + std::to_string(i) + ", ";
  std::string text =
      "title: T\nid: " + test::IdOf(1) +
      "\nname: large\nlogsource: {product: windows}\ndetection:\n  a: {Image|contains: [" + values +
      "]}\n  condition: a\n---\n" + test::SigmaText(2, "name: small\n");
  for (int i = 0; i < 210; ++i)
    text += "---\n" + CorrelationText(100 + i,
                                      "type: temporal, rules: [large, small], group-by: "
                                      "[User], timespan: 1m");
  const test::Loaded loaded = test::LoadText(text);
  EXPECT_EQ(loaded.set, nullptr);
  ASSERT_FALSE(loaded.diagnostics.all().empty());
  EXPECT_EQ(loaded.diagnostics.all().front().code, "rule-too-large");
}

}  // namespace
}  // namespace riposte::rule
