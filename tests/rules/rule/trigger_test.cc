#include "rules/rule/trigger.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "rules/query/print.h"
#include "tests/rules/rule/rule_text.h"

namespace riposte::rule {
namespace {

using test::LoadTrigger;
using test::ShippedSchema;

std::string NamesOf(const Trigger& trigger) {
  std::string names;
  for (const schema::FieldId field : FieldsOf(trigger))
    names += ShippedSchema()->catalogue.token(field).name + " ";
  return names;
}

Trigger Read(std::string_view section) { return LoadTrigger(section).rule().trigger; }

Step StepOf(std::string_view name, bool absent) {
  Step step;
  step.name = name;
  step.absent = absent;
  return step;
}

TEST(CriterionName, IsItsKey) {
  EXPECT_EQ(CriterionName(SingleMatch{}), "single_match");
  EXPECT_EQ(CriterionName(Count{}), "count");
  EXPECT_EQ(CriterionName(Scheduled{}), "scheduled");
  EXPECT_EQ(CriterionName(Sequence{}), "sequence");
  EXPECT_EQ(CriterionName(Unordered{}), "unordered");
}

TEST(FieldsOf, WhateverTheCriterionReads) {
  const auto sorted = [](const std::vector<std::string_view>& names) {
    std::vector<schema::FieldId> ids;
    ids.reserve(names.size());
    for (const std::string_view name : names) ids.push_back(ShippedSchema()->catalogue.Find(name));
    std::ranges::sort(ids);
    return ids;
  };
  EXPECT_EQ(NamesOf(SingleMatch{}), "");
  EXPECT_EQ(FieldsOf(Read("{count: {at_least: 1, within: 1h, distinct: [file.name, asset.id]}}")),
            sorted({"file.name", "asset.id"}));
  EXPECT_EQ(FieldsOf(Read("{scheduled: {daily: , from: 00:00, to: 00:00, group_by: [type]}}")),
            sorted({"type"}));
  EXPECT_EQ(
      FieldsOf(Read("{sequence: {within: 1h, by: [asset.id], steps: [{query: 'file.name: a', "
                    "distinct: file.path}, {absent: 'process.pid: 1', by: [asset.hostName]}], "
                    "until: {query: 'parent.pid: 1', by: [type]}}}")),
      sorted({"asset.id", "file.name", "file.path", "process.pid", "asset.hostName", "parent.pid",
              "type"}));
  EXPECT_EQ(
      FieldsOf(Read("{unordered: {within: 1h, steps: [{query: 'file.name: a', at_least: 2}]}}")),
      sorted({"asset.id", "file.name"}));
}

schema::FieldId Token(std::string_view name) { return ShippedSchema()->catalogue.Find(name); }

std::vector<schema::FieldId> Tokens(const std::vector<std::string_view>& names) {
  std::vector<schema::FieldId> ids;
  ids.reserve(names.size());
  for (const std::string_view name : names) ids.push_back(Token(name));
  std::ranges::sort(ids);
  return ids;
}

// A step that takes the firings of a rule that reads `reads`.
Step TakingStep(std::vector<schema::FieldId> reads) {
  return {.firings_of = FiringsOf{.rule = {}, .by = {}, .measured = {}, .reads = std::move(reads)},
          .by = {Token("asset.id")},
          .distinct = {Token("type")}};
}

TEST(FieldsOf, OfPartsThatTakeFiringsWhatTheOtherRuleReads) {
  const Step step =
      StepsOf(Read("{unordered: {within: 1h, steps: [{query: 'file.name: a'}, {query: "
                   "'file.path: a', by: [asset.hostName]}]}}"))[1];
  const Count count{.fields = {Token("process.pid")},
                    .of = {step, TakingStep(Tokens({"file.name", "parent.pid"}))}};
  EXPECT_EQ(FieldsOf(count),
            Tokens({"file.path", "asset.hostName", "process.pid", "file.name", "parent.pid"}))
      << "its key and values are in the firing";
  EXPECT_EQ(FieldsOfMatches(count), Tokens({"asset.hostName", "process.pid"}));
}

TEST(FieldsOfMatches, WhatGroupsAndMeasuresAnEventThatFits) {
  EXPECT_EQ(FieldsOfMatches(SingleMatch{}), Tokens({}));
  EXPECT_EQ(FieldsOfMatches(Read(
                "{count: {at_least: 1, within: 1h, distinct: [file.name], group_by: [type]}}")),
            Tokens({"file.name", "type"}));
  EXPECT_EQ(
      FieldsOfMatches(Read("{scheduled: {daily: , from: 00:00, to: 00:00, group_by: [type]}}")),
      Tokens({"type"}));
  EXPECT_EQ(FieldsOfMatches(
                Read("{sequence: {within: 1h, by: [asset.id], steps: [{query: 'file.name: a', "
                     "distinct: file.path}, {absent: 'process.pid: 1', by: [asset.hostName]}], "
                     "until: {query: 'parent.pid: 1', by: [type]}}}")),
            Tokens({"asset.id", "file.path", "asset.hostName", "type"}))
      << "not what the steps ask";
}

TEST(FieldsOfMatches, OfARuleWithThoseOfSuppress) {
  Rule rule;
  rule.trigger = Count{.group_by = {Token("type")}};
  rule.suppress = Suppress{.by = {Token("asset.id"), Token("type")}};
  EXPECT_EQ(FieldsOfMatches(rule), Tokens({"asset.id", "type"}));
}

TEST(PartsOf, StepsThenUntilOrSourcesOrTheRulesOwnQuery) {
  const Step a = StepOf("a", false), b = StepOf("b", true), end = StepOf("end", false);
  const auto names = [](const Trigger& trigger) {
    std::string out;
    for (const Step* part : PartsOf(trigger)) out += (part == nullptr ? "-" : part->name) + " ";
    return out;
  };
  EXPECT_EQ(names(SingleMatch{}), "- ");
  EXPECT_EQ(names(Count{}), "- ");
  EXPECT_EQ(names(Scheduled{}), "- ");
  EXPECT_EQ(names(Sequence{.steps = {a, b}, .until = {}}), "a b ");
  EXPECT_EQ(names(Sequence{.steps = {a, b}, .until = end}), "a b end ");
  EXPECT_EQ(names(Unordered{.steps = {b, a}}), "b a ");
  EXPECT_EQ(names(Count{.of = {a, TakingStep({}), end}}), "a  end ") << "each keeps its number";
  const Trigger sequence = Sequence{.steps = {a, b}, .until = end};
  EXPECT_EQ(PartsOf(sequence)[1], &StepsOf(sequence)[1]) << "no copies";
}

TEST(PartQuery, IsTheStepsOrTheRulesAlone) {
  const test::Loaded loaded = LoadTrigger(
      "{unordered: {within: 1h, steps: [{query: 'file.name: a'}, {query: 'type: FILE'}]}}");
  const Rule& rule = loaded.rule();
  const Step& step = StepsOf(rule.trigger)[0];
  EXPECT_TRUE(PartQuery(rule.query, nullptr).SameAs(rule.query));
  EXPECT_TRUE(PartQuery(rule.query, &step).SameAs(StepQuery(rule.query, step)));
  EXPECT_TRUE(PartQuery(query::Expression{}, &step).SameAs(step.query));
}

TEST(FiresByDeadline, SchedulesAndAbsencesThatEnd) {
  EXPECT_FALSE(FiresByDeadline(SingleMatch{}));
  EXPECT_FALSE(FiresByDeadline(Count{}));
  EXPECT_TRUE(FiresByDeadline(Scheduled{}));
  const Step there = StepOf("a", false), absent = StepOf("b", true);
  EXPECT_TRUE(FiresByDeadline(Sequence{.steps = {there, absent}, .until = {}}));
  EXPECT_FALSE(FiresByDeadline(Sequence{.steps = {there, absent, there}, .until = {}}));
  EXPECT_TRUE(FiresByDeadline(Unordered{.steps = {absent, there}}));
  Step taking = TakingStep({});
  EXPECT_FALSE(FiresByDeadline(Count{.of = {there, taking}}));
  taking.firings_of->by_deadline = true;
  EXPECT_TRUE(FiresByDeadline(Count{.of = {there, taking}}));
  EXPECT_TRUE(FiresByDeadline(Sequence{.steps = {there, taking}, .until = {}}));
  EXPECT_FALSE(FiresByDeadline(Sequence{.steps = {taking, there}, .until = {}}));
  EXPECT_FALSE(FiresByDeadline(Unordered{.steps = {there, there}}));
}

TEST(StepQuery, IsThatOfTheRuleAndItsOwn) {
  const std::string steps =
      "{sequence: {within: 5m, steps: [{query: 'file.name: a or file.name: b'}, {query: 'type: "
      "FILE and file.name: c'}]}}";
  const schema::Catalogue& catalogue = ShippedSchema()->catalogue;
  const test::Loaded filtered = LoadTrigger(steps);  // type: PROCESS and process.name: `a.exe`
  const Rule& rule = filtered.rule();
  const std::span<const Step> both = StepsOf(rule.trigger);
  EXPECT_EQ(query::Print(StepQuery(rule.query, both[0]), catalogue),
            rule.canonical_query + " and (" + both[0].canonical_query + ")");
  EXPECT_EQ(query::Print(StepQuery(rule.query, both[1]), catalogue),
            rule.canonical_query + " and " + both[1].canonical_query);
  EXPECT_TRUE(StepQuery(query::Expression{}, both[0]).SameAs(both[0].query));
}

}  // namespace
}  // namespace riposte::rule
