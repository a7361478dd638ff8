#include "rules/qql/lexer.h"

#include <memory>

#include <gtest/gtest.h>

namespace riposte::qql {
namespace {

// A lexer over a text, and what it reported. `t` is the only token.
struct Reading {
  explicit Reading(const std::string& written)
      : query(std::make_shared<const text::Source>("query", written)),
        reporter(query, diagnostics),
        lexer(query.text(), reporter, [](std::string_view name) { return name == "t"; }) {}

  std::string Rest() const { return std::string(query.text().substr(lexer.position())); }
  std::optional<Value> Read() { return lexer.ReadValue({Operator::kIs, {0, 0}}); }
  std::string Code() const {
    return diagnostics.all().empty() ? "" : diagnostics.all().front().code;
  }

  text::Fragment query;
  text::Diagnostics diagnostics;
  Reporter reporter;
  Lexer lexer;
};

TEST(Lexer, BareValuesEndWhereTheyMust) {
  struct Case {
    std::string text, value, rest;
  };
  for (const Case& one : {Case{"a b  c", "a b c", ""},
                          Case{"a and b", "a", " and b"},
                          Case{"a OR b", "a", " OR b"},
                          Case{"a not b", "a", " not b"},
                          Case{"andy orb nothing", "andy orb nothing", ""},
                          Case{"a)", "a", ")"},
                          Case{"a]", "a", "]"},
                          Case{"f(x) g", "f(x) g", ""},
                          Case{"a (b) c", "a (b) c", ""},
                          Case{"a (b c)", "a", " (b c)"},
                          Case{"a b: c", "a", " b: c"},
                          Case{"a b:c", "a", " b:c"},
                          Case{"C:\\x D:\\y", "C:\\x D:\\y", ""},
                          Case{"see https://x.y/z", "see https://x.y/z", ""},
                          Case{"fe80::1", "fe80::1", ""},
                          Case{"a t > 5", "a", " t > 5"},
                          Case{"a t is null", "a", " t is null"},
                          Case{"a u > 5", "a u > 5", ""},
                          Case{"a \"b\"", "a", " \"b\""},
                          Case{"a && b", "a", " && b"},
                          Case{"a..b, c", "a..b, c", ""}}) {
    Reading reading(one.text);
    const std::optional<Value> value = reading.Read();
    ASSERT_TRUE(value) << one.text;
    EXPECT_EQ(value->scalars.front().text(), one.value);
    EXPECT_EQ(reading.Rest(), one.rest);
    EXPECT_EQ(reading.Code(), "");
  }
}

TEST(Lexer, ListsAndRanges) {
  Reading list("[a b, 'c,]', `d`]x");
  const std::optional<Value> value = list.Read();
  ASSERT_TRUE(value);
  EXPECT_EQ(value->kind, Value::Kind::kList);
  ASSERT_EQ(value->scalars.size(), 3u);
  EXPECT_EQ(value->scalars[0].text(), "a b");
  EXPECT_EQ(value->scalars[1].text(), "c,]");
  EXPECT_EQ(value->scalars[2].form, Scalar::Form::kBacktick);
  EXPECT_EQ(list.Rest(), "x");
  Reading range("(1...2]");
  const std::optional<Value> ends = range.Read();
  ASSERT_TRUE(ends);
  EXPECT_EQ(ends->kind, Value::Kind::kRange);
  EXPECT_FALSE(ends->low_inclusive);
  EXPECT_TRUE(ends->high_inclusive);
  EXPECT_EQ(ends->scalars[1].text(), "2");
}

TEST(Lexer, RegularExpressionsKeepTheirBackslashes) {
  Reading reading(R"(/a\/b\\\d/I rest)");
  const std::optional<Value> value = reading.Read();
  ASSERT_TRUE(value);
  EXPECT_EQ(value->pattern, R"(a/b\\\d)");
  EXPECT_TRUE(value->ignore_case);
  EXPECT_EQ(reading.Rest(), " rest");
}

TEST(Lexer, WhatIsNotClosedTakesTheRest) {
  for (const std::string text : {"\"abc def", "/abc def", "'a\\'"}) {
    Reading reading(text);
    EXPECT_FALSE(reading.Read());
    EXPECT_TRUE(reading.lexer.cut_short());
    EXPECT_TRUE(reading.lexer.at_end());
  }
}

TEST(Lexer, Operators) {
  struct Case {
    std::string text;
    Operator op;
    std::string code;
  };
  for (const Case& one :
       {Case{":", Operator::kIs, ""}, Case{"=", Operator::kIs, ""},
        Case{"!=", Operator::kIsNot, ""}, Case{"<", Operator::kLess, ""},
        Case{"<=", Operator::kLessOrEqual, ""}, Case{">", Operator::kGreater, ""},
        Case{">=", Operator::kGreaterOrEqual, ""}, Case{"~", Operator::kContains, ""},
        Case{"==", Operator::kIs, "unknown-operator"},
        Case{"<>", Operator::kIsNot, "unknown-operator"},
        Case{": >=", Operator::kGreaterOrEqual, "unknown-operator"}}) {
    Reading reading(one.text);
    const std::optional<Lexer::OperatorRead> op = reading.lexer.ReadOperator();
    ASSERT_TRUE(op) << one.text;
    EXPECT_EQ(op->op, one.op) << one.text;
    EXPECT_EQ(reading.Code(), one.code) << one.text;
  }
  EXPECT_FALSE(Reading("x").lexer.ReadOperator());
}

TEST(Lexer, JunkIsPassedUpToAnOperatorWordOrBracket) {
  for (const auto& [text, rest] :
       {std::pair{"x y and z", "and z"}, std::pair{"in (\"a and b\") or c", "or c"},
        std::pair{"x) y", ") y"}, std::pair{"'x) y' z", ""}, std::pair{"brand or", "or"}}) {
    Reading reading(text);
    reading.lexer.SkipJunk();
    EXPECT_EQ(reading.Rest(), rest) << text;
  }
}

TEST(Lexer, AGroupHasAClauseInIt) {
  for (const std::string text : {"(a: 1)", "( a > 1)", "((a: 1))", "(not a: 1)", "(a is null)"})
    EXPECT_TRUE(Reading(text).lexer.AtGroup()) << text;
  for (const std::string text : {"(1 .. 2)", "(now .. now+1d)", "(a, b)", "(fe80::1 .. fe80::2)",
                                 "(2024-01-01T00:00:00Z .. now)", "('a: 1' .. 2)", "(a"})
    EXPECT_FALSE(Reading(text).lexer.AtGroup()) << text;
}

}  // namespace
}  // namespace riposte::qql
