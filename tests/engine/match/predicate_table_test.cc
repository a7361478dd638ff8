#include "engine/match/predicate_table.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/engine/match/match_table.h"
#include "tests/support/query_generator.h"

namespace riposte::match {
namespace {

// The tree of a term, as text, with children in the table's order.
std::string Shape(const PredicateTable& table, TermId id) {
  std::string shape =
      std::to_string(static_cast<int>(table.term(id).kind)) + "(" + std::to_string(id);
  for (const TermId child : table.children(id)) shape += " " + Shape(table, child);
  return shape + ")";
}

// The terms of these queries, in one table.
std::vector<TermId> TermsOf(const std::vector<std::string>& queries, PredicateTable& table) {
  static std::vector<rule::RuleSet> kept;  // the table views the expressions
  kept.push_back(RulesOf(TableSchema(), queries));
  std::vector<TermId> terms;
  for (const rule::Rule& rule : kept.back().rules) terms.push_back(table.Add(rule.query));
  return terms;
}

void ExpectSame(const std::vector<std::string>& queries) {
  PredicateTable table;
  const std::vector<TermId> terms = TermsOf(queries, table);
  for (size_t i = 1; i < terms.size(); ++i) EXPECT_EQ(terms[i], terms[0]) << queries[i];
}

void ExpectDifferent(const std::vector<std::string>& queries) {
  PredicateTable table;
  const std::vector<TermId> terms = TermsOf(queries, table);
  for (size_t i = 0; i < terms.size(); ++i)
    for (size_t j = 0; j < i; ++j)
      EXPECT_NE(terms[i], terms[j]) << queries[i] << " | " << queries[j];
}

TEST(PredicateTable, EqualPredicatesStandOnce) {
  ExpectSame({"keyword: a", "keyword: A", "keyword = \"a\""});
  ExpectSame({"number: 8", "number: 8.0", "number: [8 .. 8]"});
  ExpectSame({"ip: 10.0.0.0/8", "ip: 10.1.2.3/8"});
  ExpectSame({"date: now-1d", "date: now-24h"});
}

TEST(PredicateTable, DifferentPredicatesStandApart) {
  ExpectDifferent({"keyword: a", "keyword: b", "text: `a`", "type: FILE", "first: a", "all: a"});
  ExpectDifferent(
      {"text: a", "text: `a`", "text ~ a", "text: a*", "text: /a/", "text: /a/i", "text is null"});
  ExpectDifferent({"number: 1", "number > 1", "number >= 1", "number < 1", "number <= 1",
                   "number: [1 .. 2]", "number: (1 .. 2]", "number: [1 .. 2)"});
  ExpectDifferent({"text: abc", "text: \"abc d\"", "text: \"a\\*\"", "text: `a*`"});
}

TEST(PredicateTable, OperatorsOfTheSameChildrenStandOnce) {
  ExpectSame({"keyword: a and text: `b`", "text: `b` and keyword: a",
              "text: `b` and keyword: a and text: `b`"});
  ExpectSame({"keyword: [a, b]", "keyword: b or keyword: a"});
  ExpectSame({"not keyword: a", "not not not keyword: a"});
  ExpectSame({"item: (kind: a and size: 1)", "item: (size: 1 and kind: a)"});
  ExpectSame({"keyword: a", "keyword: a and keyword: a", "keyword: a or keyword: a"});
  ExpectDifferent({"keyword: a and text: `b`", "keyword: a or text: `b`", "not keyword: a",
                   "keyword: a", "text: `b`", "not (keyword: a and text: `b`)"});
  ExpectDifferent({"item: (part.name: a)", "item: (part: (name: a))", "item.part: (name: a)",
                   "item.part.name: a"});
}

TEST(PredicateTable, CountsMentions) {
  PredicateTable table;
  const std::vector<TermId> terms =
      TermsOf({"keyword: a", "keyword: a and number: 1", "not keyword: a"}, table);
  EXPECT_EQ(table.term(terms[0]).mentions, 3u);
  EXPECT_EQ(table.term(terms[1]).mentions, 1u);
}

// What was added once gives the same term ever after, and the table does not grow.
TEST(PredicateTable, AddingAgainAddsNothing) {
  const schema::SchemaPtr schema = TableSchema();
  test::QueryGenerator generator(3, schema->catalogue);
  std::vector<query::Expression> expressions;
  for (int i = 0; i < 500; ++i) expressions.push_back(generator.Next().expression);
  PredicateTable table;
  std::vector<TermId> terms;
  for (const query::Expression& expression : expressions) terms.push_back(table.Add(expression));
  const size_t size = table.size();
  for (size_t i = 0; i < expressions.size(); ++i) {
    const query::Expression copy = expressions[i];
    EXPECT_EQ(Shape(table, table.Add(copy)), Shape(table, terms[i]));
  }
  EXPECT_EQ(table.size(), size);
}

// What becomes the same term is the same query, up to order and repetition.
TEST(PredicateTable, TermsBelongToEqualClauses) {
  const schema::SchemaPtr schema = TableSchema();
  test::QueryGenerator generator(4, schema->catalogue, {.texts = {}, .max_depth = 0});
  std::vector<query::Expression> expressions;
  for (int i = 0; i < 2000; ++i) {
    query::Expression one = generator.Next().expression;
    if (one.nodes().size() == 1) expressions.push_back(std::move(one));
  }
  PredicateTable table;
  std::vector<TermId> terms;
  for (const query::Expression& expression : expressions) terms.push_back(table.Add(expression));
  for (size_t i = 0; i < terms.size(); ++i)
    for (size_t j = 0; j < i; j += 7)
      ASSERT_EQ(terms[i] == terms[j], expressions[i].SameAs(expressions[j])) << i << " " << j;
}

}  // namespace
}  // namespace riposte::match
