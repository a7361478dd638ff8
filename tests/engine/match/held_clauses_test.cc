#include "engine/match/held_clauses.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/match/explain.h"
#include "tests/engine/match/match_table.h"
#include "tests/engine/match/random_rules.h"

namespace riposte::match {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// "keyword: clause = value" of each.
std::vector<std::string> Of(std::string_view query, const std::string& json, size_t most = 8) {
  const schema::SchemaPtr schema = TableSchema();
  const query::Expression expression = ParseQuery(*schema, query);
  const std::shared_ptr<const event::Plan> plan =
      event::Plan::Compile(*schema, schema->profiles.front(), expression.Fields());
  event::Decoder decoder;
  EXPECT_EQ(decoder.Decode(*plan, json), event::Reject::kNone) << json;
  RegexCache regexes;
  std::vector<std::string> texts;
  for (const HeldClause& clause :
       HeldClauses(expression, schema->catalogue, decoder.event(), TableContext(), regexes, most))
    texts.push_back(std::string(clause.token) + " | " + clause.text +
                    (clause.has_value ? " | " + std::string(clause.value) : ""));
  return texts;
}

TEST(HeldClauses, TheFirstValueThatSatisfiesAsTheEventHasIt) {
  EXPECT_THAT(Of("keyword: b", R"({"keyword":["a","B","b"]})"),
              ElementsAre("keyword | keyword: \"b\" | B"));
  EXPECT_THAT(Of("number > 3", R"({"number":["n/a",2,4.50]})"),
              ElementsAre("number | number > 3 | 4.50"));
  EXPECT_THAT(Of("text: /b+/", R"({"text":"abc"})"), ElementsAre("text | text: /b+/ | abc"));
  EXPECT_THAT(Of("keyword: \"\"", R"({"keyword":""})"), ElementsAre("keyword | keyword: \"\" | "));
}

TEST(HeldClauses, AllOfAnAndAndWhatHoldsOfAnOr) {
  EXPECT_THAT(Of("keyword: a and (number: 1 or number: 2 or text: x)",
                 R"({"keyword":"a","number":2,"text":"x"})"),
              ElementsAre("keyword | keyword: \"a\" | a", "number | number: 2 | 2",
                          "text | text: \"x\" | x"));
}

TEST(HeldClauses, NothingOfWhatIsNegated) {
  EXPECT_THAT(Of("keyword: a and not number: 1", R"({"keyword":"a","number":2})"),
              ElementsAre("keyword | keyword: \"a\" | a"));
  EXPECT_THAT(Of("not (number: 1 or not keyword: a)", R"({"keyword":"a","number":2})"), IsEmpty());
}

TEST(HeldClauses, AClauseThatThereIsNoValueHasNone) {
  EXPECT_THAT(Of("keyword is null", "{}"), ElementsAre("keyword | keyword is null"));
}

TEST(HeldClauses, OfAGroupTheSubObjectThatSatisfiesIt) {
  EXPECT_THAT(Of("item: (kind: x and size > 3)",
                 R"({"item":[{"kind":"x","size":1},{"kind":"y","size":9},{"kind":"X","size":5}]})"),
              ElementsAre("item.kind | item.kind: \"x\" | X", "item.size | item.size > 3 | 5"));
}

TEST(HeldClauses, SoManyAtMost) {
  const std::string json = R"({"keyword":"a","number":2,"text":"x"})";
  const std::string query = "keyword: a and number: 2 and text: x";
  EXPECT_THAT(Of(query, json, 3), testing::SizeIs(3));
  EXPECT_THAT(Of(query, json, 2), testing::SizeIs(2));
  EXPECT_THAT(Of(query, json, 0), IsEmpty());
}

// What is shown is what an explanation calls true outside of negations.
void CollectTrue(const Explained& node, std::vector<query::NodeId>& clauses) {
  if (node.truth != Truth::kTrue || node.kind == query::Node::Kind::kNot) return;
  if (node.kind == query::Node::Kind::kClause) clauses.push_back(node.node);
  for (const Explained& child : node.children) CollectTrue(child, clauses);
}

TEST(HeldClauses, SaysWhatAnExplanationSaysOnRandomRulesAndEvents) {
  size_t matches = 0, clauses = 0;
  RandomPairs("held clauses")
      .ForEachSet([&](const rule::RuleSet& rules, const RandomPairs::Events& events) {
        const schema::Catalogue& catalogue = rules.schema->catalogue;
        RegexCache regexes;
        const schema::Profile& profile = rules.schema->profiles.front();
        PlainMatcher plain(rules, profile);
        const std::shared_ptr<const Matcher> matcher = Matcher::Compile(rules, profile);
        events.ForEach([&](const event::Event& event) {
          for (const Match& match : plain.FindMatches(event, TableContext())) {
            const query::Expression& query = matcher->QueryOf(match);
            const std::vector<HeldClause> held =
                HeldClauses(query, catalogue, event, TableContext(), regexes, SIZE_MAX);
            std::vector<query::NodeId> expected;
            CollectTrue(Explain(query, catalogue, event, TableContext(), regexes), expected);
            EXPECT_EQ(held.size(), expected.size());
            for (size_t i = 0; i < std::min(held.size(), expected.size()); ++i) {
              const query::Node& node = query.node(expected[i]);
              EXPECT_EQ(held[i].token, catalogue.token(node.field).name);
              EXPECT_EQ(held[i].has_value, !std::holds_alternative<query::IsNull>(node.predicate));
            }
            ++matches;
            clauses += held.size();
          }
        });
      });
  EXPECT_GT(matches, 1000u);
  EXPECT_GT(clauses, matches / 4);
}

}  // namespace
}  // namespace riposte::match
