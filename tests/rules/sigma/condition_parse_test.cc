#include "rules/sigma/condition_parse.h"

#include <gtest/gtest.h>

#include "tests/rules/sigma/sigma_text.h"

namespace riposte::sigma {
namespace {

using test::Canonical;

// Of selections s1, s2, f1, _h; "x" is the clause of each.
std::string Parsed(std::string_view condition) {
  return Canonical("s1: {a: 1}\ns2: {b: 1}\nf1: {c: 1}\n_h: {d: 1}\ncondition: " +
                   std::string(condition));
}

TEST(ParseCondition, PrecedenceIsOrAndNot) {
  EXPECT_EQ(Parsed("s1"), R"(sigma.a: "1")");
  EXPECT_EQ(Parsed("s1 and s2"), R"(sigma.a: "1" and sigma.b: "1")");
  EXPECT_EQ(Parsed("s1 or s2 and f1"), R"((sigma.a: "1" or sigma.b: "1" and sigma.c: "1"))");
  EXPECT_EQ(Parsed("(s1 or s2) and f1"), R"((sigma.a: "1" or sigma.b: "1") and sigma.c: "1")");
  EXPECT_EQ(Parsed("not s1 and s2"), R"(not sigma.a: "1" and sigma.b: "1")");
  EXPECT_EQ(Parsed("not (s1 and s2)"), R"(not (sigma.a: "1" and sigma.b: "1"))");
  EXPECT_EQ(Parsed("s1 and not s2 or f1"),
            R"((sigma.a: "1" and not sigma.b: "1" or sigma.c: "1"))");
  EXPECT_EQ(Parsed("not not s1"), R"(sigma.a: "1")");
}

TEST(ParseCondition, QuantifiersBindStrongerThanNot) {
  EXPECT_EQ(Parsed("1 of s*"), R"((sigma.a: "1" or sigma.b: "1"))");
  EXPECT_EQ(Parsed("all of s*"), R"(sigma.a: "1" and sigma.b: "1")");
  EXPECT_EQ(Parsed("not 1 of s*"), R"(not (sigma.a: "1" or sigma.b: "1"))");
  EXPECT_EQ(Parsed("all of *1"), R"(sigma.a: "1" and sigma.c: "1")");
  EXPECT_EQ(Parsed("1 of s1"), R"(sigma.a: "1")");
  EXPECT_EQ(Parsed("all of s*1"), R"(sigma.a: "1")");
}

TEST(ParseCondition, ThemLeavesOutWhatBeginsWithAnUnderscore) {
  EXPECT_EQ(Parsed("1 of them"), R"((sigma.a: "1" or sigma.b: "1" or sigma.c: "1"))");
  EXPECT_EQ(Parsed("all of *"), R"(sigma.a: "1" and sigma.b: "1" and sigma.c: "1")");
  EXPECT_EQ(Parsed("s1 and _h"), R"(sigma.a: "1" and sigma.d: "1")") << "by its name it is there";
  EXPECT_EQ(Parsed("1 of _*"), R"(sigma.d: "1")");
}

TEST(ParseCondition, WordsInCapitalsAreWords) {
  EXPECT_EQ(Parsed("s1 AND NOT s2"), R"(sigma.a: "1" and not sigma.b: "1")");
  EXPECT_EQ(Canonical("and: {a: 1}\nor: {b: 1}\ncondition: and and or"),
            R"(sigma.a: "1" and sigma.b: "1")");
}

TEST(ParseCondition, AListIsAnOr) {
  EXPECT_EQ(Parsed("[s1, s2 and f1]"), R"((sigma.a: "1" or sigma.b: "1" and sigma.c: "1"))");
}

TEST(ParseCondition, MistakesHaveTheirPlaces) {
  EXPECT_EQ(Parsed("''"), "sigma-condition@9:15");
  EXPECT_EQ(Parsed("s1 s2"), "sigma-condition@9:17");
  EXPECT_EQ(Parsed("s1 and"), "sigma-condition@9:20");
  EXPECT_EQ(Parsed("and s1"), "sigma-condition@9:14");
  EXPECT_EQ(Parsed("(s1"), "sigma-condition@9:14");
  EXPECT_EQ(Parsed("s1)"), "sigma-condition@9:16");
  EXPECT_EQ(Parsed("()"), "sigma-condition@9:15");
  EXPECT_EQ(Parsed("2 of s*"), "sigma-condition@9:14");
  EXPECT_EQ(Parsed("1 of"), "sigma-condition@9:18");
  EXPECT_EQ(Parsed("1 of x*"), "no-selection@9:19");
  EXPECT_EQ(Parsed("s1 and s3"), "unknown-selection@9:21");
  EXPECT_EQ(Parsed("s1 | count() > 5"), "sigma-aggregation@9:17");
}

TEST(ParseCondition, DeepBracketsAreNoMatter) {
  std::string deep = "s1";
  for (int i = 0; i < 20'000; ++i) deep = i % 2 == 0 ? "(" + deep + ")" : "not " + deep;
  EXPECT_EQ(Parsed(deep), R"(sigma.a: "1")");
}

TEST(ParseCondition, ARuleThatNamesAListAgainAndAgainIsTooLarge) {
  std::string list = "[";
  for (int i = 0; i < 5'000; ++i) list += "v" + std::to_string(i) + ", ";
  list += "v]";
  std::string condition = "s";
  for (int i = 0; i < 98; ++i) condition += " or s";
  const auto with = [&](const std::string& text) {
    return Canonical("s: {a: " + list + "}\ncondition: " + text);
  };
  EXPECT_TRUE(with(condition).starts_with("(sigma.a")) << "99 times 5,002 nodes";
  EXPECT_TRUE(with(condition + " or s").starts_with("rule-too-large@"));
}

TEST(ParseCondition, AnErrorInASelectionIsSaidOnce) {
  EXPECT_EQ(Canonical("s: {a|nope: 1}\ncondition: s and s"), "unknown-modifier@5:9");
}

}  // namespace
}  // namespace riposte::sigma
