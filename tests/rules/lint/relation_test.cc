#include "rules/lint/relation.h"

#include <gtest/gtest.h>

#include "tests/rules/rule/rule_text.h"

namespace riposte::lint {
namespace {

using query::Contains;
using query::Equals;
using query::Interval;
using query::Matches;
using query::Phrase;
using query::Predicate;
using query::Wildcard;

query::NumberIn Between(int low, int high, bool low_inclusive = true, bool high_inclusive = true) {
  return {.low = Number::FromInt(low),
          .high = Number::FromInt(high),
          .low_inclusive = low_inclusive,
          .high_inclusive = high_inclusive};
}

TEST(Relation, OneImpliesTheOther) {
  const std::vector<std::pair<Predicate, Predicate>> rows = {
      {Equals{"abc"}, Contains{"b"}},
      {Equals{"abc"}, Wildcard{{"a", "c"}}},
      {Equals{"ABC", true}, Contains{"b"}},
      {Contains{"abc"}, Contains{"bc"}},
      {Contains{"abc"}, Wildcard{{"", "b", ""}}},
      {Wildcard{{"a", "bc"}}, Wildcard{{"a", "c"}}},
      {Wildcard{{"a", "bc", ""}}, Contains{"bc"}},
      {Wildcard{{"a", ""}}, Wildcard{{"", ""}}},
      {Phrase{{"a", "bcd"}, true}, Phrase{{"bcd"}, true}},
      {Phrase{{"a", "bcde"}, true}, Phrase{{"bcd"}, true}},
      {Between(2, 3), Between(1, 3)},
      {Between(1, 3, false, false), Between(1, 3, false, true)},
      {Between(1, 3), query::NumberIn{.low = Number::FromInt(1)}},
      {Matches{"a", true}, Matches{"a", true}},
  };
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_TRUE(Implies(rows[i].first, rows[i].second)) << i;
    EXPECT_EQ(Implies(rows[i].second, rows[i].first), rows[i].second == rows[i].first) << i;
  }
}

TEST(Relation, NothingIsSaidWhereItIsNotCertain) {
  const std::vector<std::pair<Predicate, Predicate>> rows = {
      {Equals{"abc"}, Contains{"B", true}},        {Wildcard{{"ab", "ba"}}, Wildcard{{"a", "bba"}}},
      {Wildcard{{"ab", ""}}, Wildcard{{"", "b"}}}, {Phrase{{"abc"}, true}, Phrase{{"abc"}, false}},
      {Phrase{{"a", "b"}}, Phrase{{"b", "a"}}},    {Between(1, 3), Between(1, 3, false, true)},
      {Matches{"abc", true}, Contains{"abc"}},     {Equals{"abc"}, query::IsNull{}},
      {query::IsNull{}, Wildcard{{"", ""}}},
  };
  for (size_t i = 0; i < rows.size(); ++i)
    EXPECT_FALSE(Implies(rows[i].first, rows[i].second)) << i;
}

// Whatever implies and is disjoint is so for texts, one by one: a plain check of the definitions.
TEST(Relation, AgreesWithTheMeaning) {
  std::vector<Predicate> predicates;
  const std::vector<std::string> texts = {"", "a", "b", "ab", "ba", "aab", "aba", "abab"};
  for (const std::string& x : texts) {
    predicates.emplace_back(Equals{x});
    if (!x.empty()) predicates.emplace_back(Contains{x});
    for (const std::string& y : texts) {
      predicates.emplace_back(Wildcard{{x, y}});
      predicates.emplace_back(Wildcard{{x, "a", y}});
    }
  }
  std::vector<std::string> values = {""};
  for (size_t i = 0; values[i].size() < 7; ++i) {
    values.push_back(values[i] + 'a');
    values.push_back(values[i] + 'b');
  }
  std::vector<std::vector<bool>> truths;
  for (const Predicate& predicate : predicates) {
    std::vector<bool>& row = truths.emplace_back();
    for (const std::string& value : values) row.push_back(Implies(Equals{value}, predicate));
  }
  size_t implied = 0, disjoint = 0;
  for (size_t i = 0; i < predicates.size(); ++i) {
    for (size_t j = 0; j < predicates.size(); ++j) {
      bool implies = true, meet = false;
      for (size_t v = 0; v < values.size(); ++v) {
        implies = implies && (!truths[i][v] || truths[j][v]);
        meet = meet || (truths[i][v] && truths[j][v]);
      }
      if (Implies(predicates[i], predicates[j])) {
        ++implied;
        ASSERT_TRUE(implies) << i << " " << j;
      }
      if (AreDisjoint(predicates[i], predicates[j])) {
        ++disjoint;
        ASSERT_FALSE(meet) << i << " " << j;
      }
    }
  }
  EXPECT_GT(implied, 500u);
  EXPECT_GT(disjoint, 500u);
}

TEST(Relation, IntervalsApart) {
  EXPECT_TRUE(AreDisjoint(Between(1, 3), Between(4, 5)));
  EXPECT_TRUE(AreDisjoint(Between(1, 3), Between(3, 5, false, true)));
  EXPECT_FALSE(AreDisjoint(Between(1, 3), Between(3, 5)));
  EXPECT_TRUE(AreDisjoint(query::BoolIs{true}, query::BoolIs{false}));
  EXPECT_TRUE(AreDisjoint(query::IsNull{}, Equals{"a"}));
  EXPECT_FALSE(AreDisjoint(Matches{"a", true}, Equals{"b"}));
}

// A relative time has no order with a fixed one.
TEST(Relation, RelativeTimesAreLeftAlone) {
  const query::DateIn relative{.low = query::TimePoint{.relative = true}};
  const query::DateIn fixed{.low = query::TimePoint{.fixed = Time{}}};
  EXPECT_FALSE(Implies(relative, fixed));
  EXPECT_TRUE(Implies(relative, relative));
  EXPECT_FALSE(AreDisjoint(relative, fixed));
}

TEST(Relation, ConditionsOnOneField) {
  std::string text = rule::test::RuleText(1);
  const std::string old = "type: PROCESS and process.name: `a.exe`";
  text.replace(text.find(old), old.size(),
               "process.pid: [1, 2] and not process.pid: 3 and (process.pid: 1 or file.name: `x`)");
  const rule::test::Loaded loaded = rule::test::LoadText(text);
  const query::Expression& query = loaded.rule().query;
  const std::vector<query::NodeId>& operands = query.node(query.root()).children;
  const std::optional<Condition> list = ConditionOf(query, operands[0]);
  const std::optional<Condition> negation = ConditionOf(query, operands[1]);
  ASSERT_TRUE(list && negation);
  EXPECT_EQ(list->any_of.size(), 2u);
  EXPECT_TRUE(negation->negated);
  EXPECT_FALSE(ConditionOf(query, operands[2]).has_value());
  EXPECT_FALSE(Exclude(*list, *negation, true));
  EXPECT_TRUE(SameTree(query, operands[2], operands[2]));
  EXPECT_FALSE(SameTree(query, operands[0], operands[2]));
}

}  // namespace
}  // namespace riposte::lint
