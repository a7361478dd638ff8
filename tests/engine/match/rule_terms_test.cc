#include "engine/match/rule_terms.h"

#include <deque>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/query/print.h"
#include "tests/engine/match/match_table.h"

namespace riposte::match {
namespace {

using testing::ElementsAre;

TEST(AddParts, EqualQueriesAreOneTerm) {
  const schema::SchemaPtr schema = TableSchema();
  const rule::RuleSet rules = RulesOf(schema, {"keyword: a", "keyword: b", "keyword: a"});
  std::deque<query::Expression> joined;
  PredicateTable table;
  const std::vector<TermId> roots =
      AddParts(PartsToMatch(rules, schema->profiles.front(), joined), table);
  ASSERT_EQ(roots.size(), 3u);
  EXPECT_EQ(roots[0], roots[2]);
  EXPECT_NE(roots[0], roots[1]);
}

// The guard of the query as QQL; empty if it has none.
std::string GuardOfQuery(std::string_view query) {
  const schema::SchemaPtr schema = TableSchema();
  const query::Expression expression = ParseQuery(*schema, query);
  PredicateTable table;
  const TermId root = table.Add(expression);
  const AnchorChoice choice(table, schema->catalogue);
  const TermId guard = GuardOf(table, choice, schema->catalogue, root);
  if (guard == kNoTerm) return {};
  return query::PrintNode(expression, table.term(guard).node, schema::kNoField, schema->catalogue);
}

TEST(GuardOf, WhatSaysTheKindOfEvent) {
  EXPECT_EQ(GuardOfQuery("type: FILE and keyword: b"), "type: \"file\"");
  EXPECT_EQ(GuardOfQuery("keyword: b and bool: true"), "bool: true");
  EXPECT_EQ(GuardOfQuery("bool: true and type: FILE and keyword: b"), "bool: true")
      << "the rarer one, as assumed";
}

TEST(GuardOf, NoneElse) {
  EXPECT_EQ(GuardOfQuery("keyword: b"), "");
  EXPECT_EQ(GuardOfQuery("type: FILE"), "") << "the rule is found by it";
  EXPECT_EQ(GuardOfQuery("type: FILE and not keyword: a"), "") << "likewise";
  EXPECT_EQ(GuardOfQuery("type: FILE or keyword: b"), "");
  EXPECT_EQ(GuardOfQuery("not type: FILE and keyword: b"), "");
  EXPECT_EQ(GuardOfQuery("keyword: a and number: 3"), "");
}

// "field", "field if guard=text" or "field once matched" for each use by the rules.
std::vector<std::string> UsesOf(const rule::RuleSet& rules) {
  const schema::SchemaPtr& schema = rules.schema;
  std::deque<query::Expression> joined;
  PredicateTable table;
  const std::vector<RulePart> parts = PartsToMatch(rules, schema->profiles.front(), joined);
  const std::vector<TermId> roots = AddParts(parts, table);
  const AnchorChoice choice(table, schema->catalogue);
  std::vector<std::string> dump;
  for (const event::FieldUse& use : FieldUsesOf(rules, parts, roots, table, choice)) {
    dump.push_back(schema->catalogue.token(use.field).name);
    if (use.once_matched) dump.back() += " once matched";
    if (use.guard != schema::kNoField)
      dump.back() += " if " + schema->catalogue.token(use.guard).name + "=" + use.guard_text;
  }
  return dump;
}

std::vector<std::string> UsesOfQuery(const std::string& query) {
  return UsesOf(RulesOf(TableSchema(), {query}));
}

TEST(FieldUsesOf, OnlyOfTheEventsThatTheRuleIsAbout) {
  EXPECT_THAT(UsesOfQuery("type: FILE and keyword: b"),
              ElementsAre("keyword if type=file", "type if type=file"));
  EXPECT_THAT(UsesOfQuery("type: FILE"), ElementsAre("type"));
  EXPECT_THAT(UsesOfQuery("bool: false and not (number: 3 or text: x)"),
              ElementsAre("text if bool=false", "number if bool=false", "bool if bool=false"));
  EXPECT_THAT(UsesOfQuery("(type: FILE or keyword: b) and number: 3"),
              ElementsAre("keyword", "type", "number"));
  EXPECT_THAT(UsesOfQuery("not type: FILE and keyword: b"), ElementsAre("keyword", "type"));
}

TEST(FieldUsesOf, OfEachPartWithTheRulesOwnQuery) {
  rule::RuleSet rules = RulesOf(TableSchema(), {"type: FILE"});
  rules.rules[0].trigger = rule::Sequence{
      .steps = {StepOf(rules, "keyword: a"), StepOf(rules, "number: 1")}, .until = {}};
  EXPECT_THAT(UsesOf(rules), ElementsAre("keyword if type=file", "type if type=file",
                                         "type if type=file", "number if type=file"));
}

TEST(FieldUsesOf, WhatIsReadOfAMatchOnceARule) {
  rule::RuleSet rules = RulesOf(TableSchema(), {"", "keyword: a"});
  rule::Step first = StepOf(rules, "text: b"), second = StepOf(rules, "text: c");
  first.by = {rules.schema->catalogue.Find("ip")};
  second.by = {rules.schema->catalogue.Find("keyword")};
  second.distinct = {rules.schema->catalogue.Find("number")};
  rules.rules[0].trigger = rule::Unordered{.steps = {first, second}};
  rules.rules[1].suppress = rule::Suppress{.by = {rules.schema->catalogue.Find("date")}};
  EXPECT_THAT(UsesOf(rules),
              ElementsAre("text", "keyword once matched", "number once matched", "ip once matched",
                          "text", "keyword", "date once matched"));
}

}  // namespace
}  // namespace riposte::match
