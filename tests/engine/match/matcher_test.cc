#include "engine/match/matcher.h"

#include <algorithm>
#include <iostream>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/match/naive.h"
#include "engine/match/rule_parts.h"
#include "tests/engine/match/match_table.h"
#include "tests/engine/match/random_rules.h"

namespace riposte::match {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A matcher with the event that it looks at.
class Bench {
 public:
  Bench(const rule::RuleSet& rules, const schema::Profile& profile)
      : matcher_(Matcher::Compile(rules, profile)) {}

  std::vector<uint32_t> Rules(std::string_view json) {
    EXPECT_EQ(decoder_.Decode(matcher_->plan(), json), event::Reject::kNone);
    matches_.clear();
    matcher_->FindMatches(decoder_.event(), TableContext(), scratch_, matches_);
    std::vector<uint32_t> rules;
    for (const Match& match : matches_) rules.push_back(match.rule);
    return rules;
  }
  const Matcher& matcher() const { return *matcher_; }
  Matcher::Scratch& scratch() { return scratch_; }

 private:
  std::shared_ptr<const Matcher> matcher_;
  event::Decoder decoder_;
  Matcher::Scratch scratch_;
  std::vector<Match> matches_;
};

TEST(Matcher, GivesTheRulesInOrder) {
  const schema::SchemaPtr schema = TableSchema();
  const rule::RuleSet rules =
      RulesOf(schema, {"keyword: a", "keyword: b", "keyword ~ a", "keyword: [a, b]"});
  Bench bench(rules, schema->profiles.front());
  EXPECT_EQ(bench.matcher().rule_count(), 4u);
  EXPECT_THAT(bench.Rules(With("keyword", "A")), ElementsAre(0, 2, 3));
  EXPECT_THAT(bench.Rules(With("keyword", "b")), ElementsAre(1, 3));
  EXPECT_THAT(bench.Rules(R"({"keyword":["b","a"]})"), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(bench.Rules("{}"), IsEmpty());
}

TEST(Matcher, AppendsToTheMatches) {
  const schema::SchemaPtr schema = TableSchema();
  const rule::RuleSet rules = RulesOf(schema, {"keyword: a"});
  const std::shared_ptr<const Matcher> matcher = Matcher::Compile(rules, schema->profiles.front());
  event::Decoder decoder;
  const std::string bytes = With("keyword", "a");  // the event views it
  ASSERT_EQ(decoder.Decode(matcher->plan(), bytes), event::Reject::kNone);
  Matcher::Scratch scratch;
  std::vector<Match> matches = {{.rule = 7}};
  matcher->FindMatches(decoder.event(), TableContext(), scratch, matches);
  EXPECT_THAT(matches, ElementsAre(Match{.rule = 7}, Match{.rule = 0}));
}

TEST(Matcher, LeavesOutDisabledRulesAndThoseOfOtherProfiles) {
  const schema::SchemaPtr schema = TableSchema();
  rule::RuleSet rules = RulesOf(schema, {"keyword: a", "keyword: a", "keyword: a", "keyword: a"});
  rules.rules[0].enabled = false;
  rules.rules[1].profiles = {"another"};
  rules.rules[2].profiles = {"another", schema->profiles.front().name};
  Bench bench(rules, schema->profiles.front());
  EXPECT_EQ(bench.matcher().rule_count(), 2u);
  EXPECT_THAT(bench.Rules(With("keyword", "a")), ElementsAre(2, 3));
}

TEST(Matcher, NoRules) {
  const schema::SchemaPtr schema = TableSchema();
  const rule::RuleSet rules = RulesOf(schema, {});
  Bench bench(rules, schema->profiles.front());
  EXPECT_THAT(bench.Rules(With("keyword", "a")), IsEmpty());
}

TEST(Matcher, CountsEvaluationsOfCandidatesOnly) {
  const schema::SchemaPtr schema = TableSchema();
  const rule::RuleSet rules =
      RulesOf(schema, {"keyword: a", "keyword: b and type: FILE", "not keyword: a"});
  Bench bench(rules, schema->profiles.front());
  bench.Rules(With("keyword", "a"));
  bench.Rules(With("keyword", "b"));
  bench.Rules(R"({"keyword":["b","b"]})");
  EXPECT_THAT(bench.scratch().costs().evaluations, ElementsAre(1, 0, 3)) << "none is of type FILE";
  bench.scratch().ResetCosts();
  EXPECT_THAT(bench.scratch().costs().evaluations, ElementsAre(0, 0, 0));
}

// Each event is timed: what an evaluation takes is its rule's, the rest no rule's.
TEST(Matcher, TimesEvaluations) {
  const schema::SchemaPtr schema = TableSchema();
  const rule::RuleSet rules =
      RulesOf(schema, {"not text: /[0-9][a-z]+x/", "keyword: a", "keyword: absent"});
  const std::shared_ptr<const Matcher> matcher = Matcher::Compile(rules, schema->profiles.front());
  event::Decoder decoder;
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "0abc ";
  const std::string bytes = R"({"keyword":"a","text":")" + text + "\"}";
  ASSERT_EQ(decoder.Decode(matcher->plan(), bytes), event::Reject::kNone);
  Matcher::Scratch scratch(1);
  std::vector<Match> matches;
  for (int i = 0; i < 20; ++i)
    matcher->FindMatches(decoder.event(), TableContext(), scratch, matches);
  const Costs& costs = scratch.costs();
  EXPECT_THAT(costs.evaluations, ElementsAre(20, 20, 0));
  ASSERT_EQ(costs.rule_ns.size(), 3u);
  EXPECT_GT(costs.rule_ns[0], 20 * 1000u) << "it reads a hundred thousand bytes";
  EXPECT_GT(costs.rule_ns[0], 10 * costs.rule_ns[1]);
  EXPECT_EQ(costs.rule_ns[2], 0u) << "it was not evaluated";
  EXPECT_GT(costs.find_ns, 0u);
  scratch.ResetCosts();
  EXPECT_THAT(costs.rule_ns, ElementsAre(0, 0, 0));
  EXPECT_EQ(costs.find_ns, 0u);
}

// What a timed event takes stands for those that are not.
TEST(Matcher, TimesOneEventInSoMany) {
  const schema::SchemaPtr schema = TableSchema();
  const rule::RuleSet rules = RulesOf(schema, {"not keyword: b"});
  const std::shared_ptr<const Matcher> matcher = Matcher::Compile(rules, schema->profiles.front());
  event::Decoder decoder;
  const std::string bytes = With("keyword", "a");
  ASSERT_EQ(decoder.Decode(matcher->plan(), bytes), event::Reject::kNone);
  Matcher::Scratch scratch;
  std::vector<Match> matches;
  const auto find = [&](uint32_t times) {
    for (uint32_t i = 0; i < times; ++i)
      matcher->FindMatches(decoder.event(), TableContext(), scratch, matches);
  };
  find(Sampler::kEvery - 1);
  EXPECT_EQ(scratch.costs().find_ns, 0u);
  EXPECT_EQ(scratch.costs().evaluations[0], Sampler::kEvery - 1);
  find(1);
  EXPECT_GT(scratch.costs().find_ns, 0u);
  EXPECT_EQ(scratch.costs().find_ns % Sampler::kEvery, 0u);
}

// A reload gives a worker another matcher, its scratch stays.
TEST(Matcher, OneScratchForSetsOfDifferentSizes) {
  const schema::SchemaPtr schema = TableSchema();
  const rule::RuleSet small = RulesOf(schema, {"keyword: a"});
  const rule::RuleSet large = RulesOf(schema, std::vector<std::string>(200, "keyword: a"));
  Matcher::Scratch scratch;
  event::Decoder decoder;
  for (const rule::RuleSet* rules : {&small, &large, &small}) {
    const std::shared_ptr<const Matcher> matcher =
        Matcher::Compile(*rules, schema->profiles.front());
    const std::string bytes = With("keyword", "a");  // the event views it
    ASSERT_EQ(decoder.Decode(matcher->plan(), bytes), event::Reject::kNone);
    std::vector<Match> matches;
    matcher->FindMatches(decoder.event(), TableContext(), scratch, matches);
    EXPECT_EQ(matches.size(), rules->rules.size());
    EXPECT_EQ(scratch.costs().evaluations.size(), rules->rules.size());
    scratch.ResetCosts();
  }
}

// More rules than one word of the candidate set has bits, at its edges.
TEST(Matcher, EveryPositionOfManyRules) {
  const schema::SchemaPtr schema = TableSchema();
  std::vector<std::string> queries;
  for (int i = 0; i < 130; ++i) queries.push_back("keyword: v" + std::to_string(i));
  const rule::RuleSet rules = RulesOf(schema, queries);
  Bench bench(rules, schema->profiles.front());
  for (uint32_t i = 0; i < 130; ++i)
    EXPECT_THAT(bench.Rules(With("keyword", "V" + std::to_string(i))), ElementsAre(i));
  EXPECT_THAT(bench.scratch().costs().evaluations, ::testing::Each(1));
}

// Texts whose case counts come from other front ends than QQL.
TEST(Matcher, CasedTextsAreFoundByTheirFolding) {
  const schema::SchemaPtr schema = TableSchema();
  const schema::FieldId keyword = schema->catalogue.Find("keyword");
  rule::RuleSet rules;
  rules.schema = schema;
  for (const query::Predicate& predicate :
       {query::Predicate(query::Equals{.text = "\u212Aey", .cased = true}),
        query::Predicate(query::Equals{.text = "key"}),
        query::Predicate(query::Wildcard{.parts = {"K", ""}, .cased = true}),
        query::Predicate(query::Contains{.text = "EY", .cased = true})}) {
    query::Expression& expression = rules.rules.emplace_back().query;
    expression.SetRoot(expression.AddClause(keyword, predicate, {}));
  }
  Bench bench(rules, schema->profiles.front());
  EXPECT_THAT(bench.Rules(With("keyword", "\u212Aey")), ElementsAre(0, 1));
  EXPECT_THAT(bench.Rules(With("keyword", "key")), ElementsAre(1));
  EXPECT_THAT(bench.Rules(With("keyword", "Key")), ElementsAre(1, 2));
  EXPECT_THAT(bench.Rules(With("keyword", "KEY")), ElementsAre(1, 2, 3));
}

// A rule that says what kind of event it is about is not looked at for other kinds, however well
// its texts fit.
TEST(Matcher, LooksAtRulesOfTheEventsKindOnly) {
  const schema::SchemaPtr schema = TableSchema();
  const rule::RuleSet rules = RulesOf(
      schema, {"type: FILE and keyword: b", "bool: true and keyword: b",
               "type: FILE and text: *.exe and keyword: b", "type: FILE and not keyword: a"});
  Bench bench(rules, schema->profiles.front());
  EXPECT_THAT(bench.Rules(R"({"type":"PROCESS","bool":false,"keyword":"b"})"), IsEmpty());
  EXPECT_THAT(bench.scratch().costs().evaluations, ElementsAre(0, 0, 0, 0));
  EXPECT_THAT(bench.Rules(R"({"type":"file","bool":true,"keyword":"b","text":"a"})"),
              ElementsAre(0, 1, 3));
  EXPECT_THAT(bench.scratch().costs().evaluations, ElementsAre(1, 1, 1, 1));
}

// A hundred rules with the same anchor are told apart by another one.
TEST(Matcher, RulesThatShareAnAnchorAreFoundByASecondOne) {
  const schema::SchemaPtr schema = TableSchema();
  std::vector<std::string> queries;
  for (int i = 0; i < 100; ++i)
    queries.push_back("keyword: admin and number: " + std::to_string(i));
  const rule::RuleSet rules = RulesOf(schema, queries);
  Bench bench(rules, schema->profiles.front());
  EXPECT_THAT(bench.Rules(R"({"keyword":"Admin","number":[7,8]})"), ElementsAre(7, 8));
  EXPECT_THAT(bench.Rules(With("keyword", "admin")), IsEmpty());
  EXPECT_THAT(bench.Rules(R"({"number":7})"), IsEmpty());
  const std::vector<uint64_t>& evaluations = bench.scratch().costs().evaluations;
  EXPECT_EQ(std::accumulate(evaluations.begin(), evaluations.end(), uint64_t{0}), 2u);
}

TEST(Matcher, ARuleSetWithoutAnyAnchor) {
  const schema::SchemaPtr schema = TableSchema();
  const rule::RuleSet rules =
      RulesOf(schema, {"keyword is null", "not keyword: a", "not text ~ \"long literal\"",
                       "text: /^$/ or keyword is null"});
  Bench bench(rules, schema->profiles.front());
  EXPECT_THAT(bench.Rules("{}"), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(bench.Rules(With("keyword", "a")), ElementsAre(2));
  EXPECT_THAT(bench.Rules(R"({"keyword":"b","text":"a LONG literal"})"), ElementsAre(1));
}

// An event that has every rule's text in every place: the index gives up, nothing is missed.
TEST(Matcher, AnEventThatHitsEveryLiteralIsEvaluatedPlainly) {
  const schema::SchemaPtr schema = TableSchema();
  std::vector<std::string> queries;
  std::string everything;
  for (int i = 0; i < 300; ++i) {
    queries.push_back("text ~ \"literal" + std::to_string(i) + " \"");
    everything += "literal" + std::to_string(i) + " ";
  }
  queries.emplace_back("keyword: absent");
  const rule::RuleSet rules = RulesOf(schema, queries);
  for (const Limits limits : {Limits{.windows_max = 50}, Limits{.anchors_max = 50}, Limits{}}) {
    const std::shared_ptr<const Matcher> matcher =
        Matcher::Compile(rules, schema->profiles.front(), limits);
    event::Decoder decoder;
    Matcher::Scratch scratch;
    const bool exceeds = limits.windows_max == 50 || limits.anchors_max == 50;
    for (uint64_t event = 1; event <= 3; ++event) {
      const std::string bytes = With("text", everything + "x");
      ASSERT_EQ(decoder.Decode(matcher->plan(), bytes), event::Reject::kNone);
      std::vector<Match> matches;
      matcher->FindMatches(decoder.event(), TableContext(), scratch, matches);
      EXPECT_EQ(matches.size(), 300u);
      EXPECT_EQ(scratch.costs().plain_events, exceeds ? event : 0u);
      EXPECT_EQ(scratch.costs().evaluations[300], exceeds ? event : 0u);
    }
    scratch.ResetCosts();
    EXPECT_EQ(scratch.costs().plain_events, 0u);
  }
}

// ---- parts ----

class MatcherPartsTest : public testing::Test {
 protected:
  schema::FieldId Field(std::string_view name) const { return schema_->catalogue.Find(name); }
  // Decodes, matches and completes: the event has only what it was then.
  std::vector<Match> Find(const Matcher& matcher, const std::string& json) {
    bytes_ = json;
    EXPECT_EQ(decoder_.DecodeForRules(matcher.plan(), bytes_), event::Reject::kNone);
    std::vector<Match> matches;
    matcher.FindMatches(decoder_.event(), TableContext(), scratch_, matches);
    return matches;
  }
  size_t Values(std::string_view name) const { return decoder_.event().values(Field(name)).size(); }

  const schema::SchemaPtr schema_ = TableSchema();
  event::Decoder decoder_;
  Matcher::Scratch scratch_;
  std::string bytes_;  // the event views it
};

TEST_F(MatcherPartsTest, EachPartThatFits) {
  rule::RuleSet rules = RulesOf(schema_, {"bool: true", "", "keyword: a"});
  rules.rules[0].trigger =
      rule::Sequence{.steps = {StepOf(rules, "keyword: a"), StepOf(rules, "number: 1")},
                     .until = StepOf(rules, "keyword: [a, b]")};
  rule::Step taking{.firings_of = rule::FiringsOf{}};
  rules.rules[1].trigger =
      rule::Count{.of = {StepOf(rules, "keyword: b"), taking, StepOf(rules, "number: 1")}};
  const std::shared_ptr<const Matcher> matcher = Matcher::Compile(rules, schema_->profiles.front());
  EXPECT_EQ(matcher->rule_count(), 3u);
  EXPECT_THAT(Find(*matcher, R"({"bool":true,"keyword":"a"})"),
              ElementsAre(Match{0, 0}, Match{0, 2}, Match{2, 0}));
  EXPECT_THAT(Find(*matcher, R"({"bool":true,"keyword":"b","number":1})"),
              ElementsAre(Match{0, 1}, Match{0, 2}, Match{1, 0}, Match{1, 2}));
  EXPECT_THAT(Find(*matcher, R"({"keyword":"a","number":1})"),
              ElementsAre(Match{1, 2}, Match{2, 0}))
      << "without the rule's own query";
  EXPECT_TRUE(matcher->QueryOf({.rule = 1, .part = 2}).SameAs(ParseQuery(*schema_, "number: 1")));
  EXPECT_DEATH(matcher->QueryOf({.rule = 1, .part = 1}), "of this matcher");
}

TEST_F(MatcherPartsTest, CostsAreTheRules) {
  rule::RuleSet rules = RulesOf(schema_, {"", "keyword: b"});
  rules.rules[0].trigger =
      rule::Unordered{.steps = {StepOf(rules, "keyword: a"), StepOf(rules, "number: 1")}};
  const std::shared_ptr<const Matcher> matcher = Matcher::Compile(rules, schema_->profiles.front());
  Find(*matcher, R"({"keyword":"a","number":1})");
  EXPECT_THAT(scratch_.costs().evaluations, ElementsAre(2, 0));
}

// What a rule reads of an event that matched is nothing that matching waits for.
TEST_F(MatcherPartsTest, FieldsOfMatchesAreThereOnceItIsComplete) {
  rule::RuleSet rules = RulesOf(schema_, {"", "keyword: b"});
  rule::Step step = StepOf(rules, "keyword: a");
  step.by = {Field("text"), Field("keyword")};
  step.distinct = {Field("item.name")};
  rules.rules[0].trigger = rule::Sequence{.steps = {step, step}, .until = {}};
  rules.rules[1].suppress = rule::Suppress{.by = {Field("ip")}};
  const std::shared_ptr<const Matcher> matcher = Matcher::Compile(rules, schema_->profiles.front());
  const std::string rest = R"("text":"x","ip":["1.2.3.4","::1"],"item":[{"name":"n"}]})";
  EXPECT_THAT(Find(*matcher, R"({"keyword":"c",)" + rest), IsEmpty());
  EXPECT_EQ(Values("keyword"), 1u);
  EXPECT_EQ(Values("text") + Values("ip") + Values("item.name"), 0u) << "nothing of it is read";
  EXPECT_EQ(Find(*matcher, R"({"keyword":"a",)" + rest).size(), 2u);
  EXPECT_EQ(Values("text") + Values("ip") + Values("item.name"), 0u);
  decoder_.Complete();
  EXPECT_EQ(Values("text"), 1u);
  EXPECT_EQ(Values("ip"), 2u);
  EXPECT_EQ(Values("item.name"), 1u);
}

TEST(ForEachRule, OnceEach) {
  std::vector<uint32_t> rules;
  const std::vector<Match> matches = {{1, 0}, {1, 2}, {3, 0}, {4, 0}, {4, 1}};
  ForEachRule(matches, [&](uint32_t rule) { rules.push_back(rule); });
  EXPECT_THAT(rules, ElementsAre(1, 3, 4));
}

// ---- against the plain evaluator ----

struct Totals {
  uint64_t pairs = 0, matches = 0, of_parts = 0, evaluations = 0, plain = 0, left_out = 0;
};

// What matches, by the rules alone: an event fits a part if the rule's own query and the part's
// both hold.
std::vector<Match> MatchesByHand(const rule::RuleSet& rules, const event::Event& event,
                                 RegexCache& regexes) {
  const std::vector<bool> needed = NeededRules(rules);
  const auto holds = [&](const query::Expression& query) {
    return Evaluate(query, event, TableContext(), regexes) == Truth::kTrue;
  };
  std::vector<Match> matches;
  for (uint32_t i = 0; i < rules.rules.size(); ++i) {
    const rule::Rule& rule = rules.rules[i];
    if (!needed[i] || (!rule.query.empty() && !holds(rule.query))) continue;
    const std::vector<const rule::Step*> parts = rule::PartsOf(rule.trigger);
    for (uint32_t part = 0; part < parts.size(); ++part)
      if (parts[part] == nullptr || (!parts[part]->firings_of && holds(parts[part]->query)))
        matches.push_back({.rule = i, .part = part});
  }
  return matches;
}

// Of fields that are read of an event that matched: the same values as with all fields.
void ExpectFieldsOfMatches(const rule::RuleSet& rules, std::span<const Match> matches,
                           const event::Event& decoded, const event::Event& whole) {
  ForEachRule(matches, [&](uint32_t rule) {
    for (const schema::FieldId field : rule::FieldsOfMatches(rules.rules[rule])) {
      std::vector<std::string_view> found, expected;
      for (const event::Value& value : decoded.values(field)) found.push_back(value.text);
      for (const event::Value& value : whole.values(field)) expected.push_back(value.text);
      EXPECT_EQ(found, expected) << rules.schema->catalogue.token(field).name;
    }
  });
}

Totals CompareWithThePlainEvaluator(std::string_view what, const Limits& limits) {
  Totals totals;
  RandomPairs(what).ForEachSet([&](const rule::RuleSet& rules, const RandomPairs::Events& events) {
    const schema::Profile& profile = rules.schema->profiles.front();
    const std::shared_ptr<const Matcher> matcher = Matcher::Compile(rules, profile, limits);
    PlainMatcher plain(rules, profile);
    Matcher::Scratch scratch;
    event::Decoder decoder;
    RegexCache regexes;
    std::vector<Match> matches;
    events.ForEach([&](const event::Event& event) {
      // With all fields, and with those that the matcher thinks it needs.
      const std::vector<Match> expected = plain.FindMatches(event, TableContext());
      EXPECT_EQ(expected, MatchesByHand(rules, event, regexes));
      matches.clear();
      matcher->FindMatches(event, TableContext(), scratch, matches);
      EXPECT_EQ(matches, expected);
      ASSERT_EQ(decoder.DecodeForRules(matcher->plan(), event.bytes()), event::Reject::kNone);
      totals.left_out += event.present().size() - decoder.event().present().size();
      matches.clear();
      matcher->FindMatches(decoder.event(), TableContext(), scratch, matches);
      EXPECT_EQ(matches, expected);
      decoder.Complete();
      ExpectFieldsOfMatches(rules, matches, decoder.event(), event);
      totals.pairs += rules.rules.size();
      totals.matches += matches.size();
      totals.of_parts += static_cast<uint64_t>(
          std::ranges::count_if(matches, [](const Match& match) { return match.part > 0; }));
    });
    totals.evaluations += std::accumulate(scratch.costs().evaluations.begin(),
                                          scratch.costs().evaluations.end(), uint64_t{0});
    totals.plain += scratch.costs().plain_events;
  });
  std::cout << totals.pairs << " pairs, " << totals.matches << " matches, " << totals.of_parts
            << " of further parts, " << totals.evaluations << " evaluations, " << totals.plain
            << " events evaluated plainly, " << totals.left_out << " fields left out" << std::endl;
  return totals;
}

TEST(Matcher, EqualsThePlainEvaluatorOnRandomRulesAndEvents) {
  const Totals totals = CompareWithThePlainEvaluator("the matcher", {});
  if (HasFailure()) return;
  EXPECT_GT(totals.matches, totals.pairs / 50) << "too few hits to prove anything";
  EXPECT_GT(totals.of_parts, totals.pairs / 500) << "too few of them are of further parts";
  EXPECT_LT(totals.evaluations, totals.pairs) << "the index leaves nothing out";
  EXPECT_GT(totals.left_out, totals.pairs / 100) << "the decoder leaves nothing out";
}

TEST(Matcher, EqualsThePlainEvaluatorAtItsLimits) {
  const Totals totals = CompareWithThePlainEvaluator("the limits", {.windows_max = 2});
  if (HasFailure()) return;
  EXPECT_GT(totals.plain, 0u);
}

}  // namespace
}  // namespace riposte::match
