#include "engine/match/rule_terms.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/query/print.h"
#include "tests/engine/match/match_table.h"

namespace riposte::match {
namespace {

using testing::ElementsAre;

TEST(AddRules, EnabledOnesThatRunOnTheProfile) {
  const schema::SchemaPtr schema = TableSchema();
  rule::RuleSet rules = RulesOf(schema, {"keyword: a", "keyword: b", "keyword: a", "keyword: c"});
  rules.rules[1].enabled = false;
  rules.rules[3].profiles = {"another"};
  PredicateTable table;
  const std::vector<RuleTerm> terms = AddRules(rules, schema->profiles.front(), table);
  ASSERT_EQ(terms.size(), 2u);
  EXPECT_EQ(terms[0].rule, 0u);
  EXPECT_EQ(terms[1].rule, 2u);
  EXPECT_EQ(terms[0].root, terms[1].root) << "equal queries are one term";
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

// "field" or "field if guard=text" for each use by the query.
std::vector<std::string> UsesOfQuery(const std::string& query) {
  const schema::SchemaPtr schema = TableSchema();
  const rule::RuleSet rules = RulesOf(schema, {query});
  PredicateTable table;
  const std::vector<RuleTerm> terms = AddRules(rules, schema->profiles.front(), table);
  const AnchorChoice choice(table, schema->catalogue);
  std::vector<std::string> dump;
  for (const event::FieldUse& use : FieldUsesOf(rules, terms, table, choice)) {
    dump.push_back(schema->catalogue.token(use.field).name);
    if (use.guard != schema::kNoField)
      dump.back() += " if " + schema->catalogue.token(use.guard).name + "=" + use.guard_text;
  }
  return dump;
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

}  // namespace
}  // namespace riposte::match
