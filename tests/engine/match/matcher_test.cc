#include "engine/match/matcher.h"

#include <cstdlib>
#include <iostream>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/match/naive.h"
#include "tests/engine/match/match_table.h"
#include "tests/support/event_text.h"
#include "tests/support/query_generator.h"

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
  EXPECT_THAT(bench.scratch().evaluations(), ElementsAre(1, 2, 3));
  bench.scratch().ResetCounts();
  EXPECT_THAT(bench.scratch().evaluations(), ElementsAre(0, 0, 0));
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
    EXPECT_EQ(scratch.evaluations().size(), rules->rules.size());
    scratch.ResetCounts();
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
  EXPECT_THAT(bench.scratch().evaluations(), ::testing::Each(1));
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

// ---- against the plain evaluator ----

uint64_t NumberFromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

struct Totals {
  uint64_t pairs = 0, matches = 0, evaluations = 0;
};

// What random events and the literals of random rules are both made of, so that they meet: texts,
// and values of the other types that the query generator writes.
std::vector<std::string> CommonTexts() {
  std::vector<std::string> texts = test::TrapTexts();
  for (const char* text : {"a",
                           "A",
                           "PROCESS",
                           "file",
                           "Network",
                           "n/a",
                           "0",
                           "1",
                           "2.0",
                           "4",
                           "8",
                           "80",
                           "443",
                           "-1",
                           "true",
                           "False",
                           "1.2.3.4",
                           "::ffff:10.0.0.1",
                           "10.1.2.3",
                           "127.0.0.1",
                           "2001:db8::1",
                           "2026-11-25",
                           "2026-11-25 01:10:53",
                           "2024-09-15T00:30:00Z",
                           "1970-01-01T00:00:00Z",
                           "2026-11-24T12:00:00Z"})
    texts.emplace_back(text);
  return texts;
}

rule::RuleSet RandomRules(const schema::SchemaPtr& schema, size_t count, uint64_t seed) {
  rule::RuleSet rules;
  rules.schema = schema;
  test::QueryGenerator generator(seed, schema->catalogue, {.texts = CommonTexts(), .max_depth = 3});
  for (size_t i = 0; i < count; ++i) rules.rules.emplace_back().query = generator.Next().expression;
  return rules;
}

// One set of random rules on as many random events as make `pairs`; stops at the first difference.
void CompareOneSet(const schema::SchemaPtr& schema, uint64_t seed, uint64_t pairs, Totals& totals) {
  constexpr size_t kRules = 50;
  std::mt19937_64 random(seed);
  const schema::Profile& profile = schema->profiles.front();
  const rule::RuleSet rules = RandomRules(schema, kRules, random());
  test::EventTextGenerator events(
      random(), {.paths = test::PathsOf(profile), .texts = CommonTexts(), .absent = 200});
  const std::shared_ptr<const Matcher> matcher = Matcher::Compile(rules, profile);
  Matcher::Scratch scratch;
  event::Decoder decoder;
  RegexCache regexes;
  std::vector<Match> matches;
  for (uint64_t done = 0; done < pairs; done += kRules) {
    const std::string json = events.Next();
    ASSERT_EQ(decoder.Decode(matcher->plan(), json), event::Reject::kNone) << json;
    matches.clear();
    matcher->FindMatches(decoder.event(), TableContext(), scratch, matches);
    ASSERT_EQ(matches, FindMatchesNaively(rules, decoder.event(), TableContext(), regexes))
        << "seed " << seed << " event " << done / kRules << ": " << json;
    totals.pairs += kRules;
    totals.matches += matches.size();
  }
  totals.evaluations +=
      std::accumulate(scratch.evaluations().begin(), scratch.evaluations().end(), uint64_t{0});
}

// RIPOSTE_PAIRS: how many pairs of rule and event; RIPOSTE_SEED: where to begin.
TEST(Matcher, EqualsThePlainEvaluatorOnRandomRulesAndEvents) {
  const uint64_t pairs = NumberFromEnvironment("RIPOSTE_PAIRS", 200'000);
  uint64_t seed = NumberFromEnvironment("RIPOSTE_SEED", std::random_device{}());
  std::cout << "RIPOSTE_SEED=" << seed << std::endl;
  const schema::SchemaPtr schema = TableSchema();
  Totals totals;
  while (totals.pairs < pairs && !HasFatalFailure()) CompareOneSet(schema, seed++, 5'000, totals);
  std::cout << totals.pairs << " pairs, " << totals.matches << " matches, " << totals.evaluations
            << " evaluations" << std::endl;
  if (HasFatalFailure()) return;
  EXPECT_GT(totals.matches, totals.pairs / 50) << "too few hits to prove anything";
  EXPECT_LT(totals.evaluations, totals.pairs * 9 / 10) << "the index leaves nothing out";
}

}  // namespace
}  // namespace riposte::match
