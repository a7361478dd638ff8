#include "rules/sigma/pattern.h"

#include <gtest/gtest.h>

#include "tests/rules/sigma/sigma_text.h"

namespace riposte::sigma {
namespace {

using test::Holds;

// The pattern with wildcards as <*> and <?>.
std::string Shown(std::string_view value) {
  std::string shown;
  for (const Pattern::Piece& piece : ParsePattern(value).pieces) {
    switch (piece.kind) {
      case Pattern::Piece::Kind::kText:
        shown += piece.text;
        break;
      case Pattern::Piece::Kind::kStar:
        shown += "<*>";
        break;
      case Pattern::Piece::Kind::kOne:
        shown += "<?>";
        break;
    }
  }
  return shown;
}

// The list of the specification, "Escape Character".
TEST(ParsePattern, EachEscapeOfTheSpecification) {
  EXPECT_EQ(Shown(R"(C:\a\b)"), R"(C:\a\b)") << "plain backslash, single";
  EXPECT_EQ(Shown(R"(C:\\a\\b)"), R"(C:\a\b)") << "plain backslash, double";
  EXPECT_EQ(Shown(R"(\*)"), "*");
  EXPECT_EQ(Shown(R"(\?)"), "?");
  EXPECT_EQ(Shown(R"(\\*)"), R"(\<*>)");
  EXPECT_EQ(Shown(R"(\\?)"), R"(\<?>)");
  EXPECT_EQ(Shown(R"(\\\*)"), R"(\*)");
  EXPECT_EQ(Shown(R"(\\\a)"), R"(\\a)") << "three are two";
  EXPECT_EQ(Shown(R"(\\\\a)"), R"(\\a)") << "four are two";
  EXPECT_EQ(Shown(R"(a\)"), R"(a\)");
  EXPECT_EQ(Shown(R"(a\\)"), R"(a\)");
  EXPECT_EQ(Shown("*a?*"), "<*>a<?><*>");
  EXPECT_EQ(Shown(""), "");
}

TEST(ToPredicate, TheSimplestThatSaysIt) {
  using query::Predicate;
  const auto predicate = [](std::string_view value, bool cased = false) {
    return ToPredicate(ParsePattern(value), cased);
  };
  EXPECT_EQ(predicate("Ab"), Predicate(query::Equals{.text = "ab"}));
  EXPECT_EQ(predicate("Ab", true), Predicate(query::Equals{.text = "Ab", .cased = true}));
  EXPECT_EQ(predicate(""), Predicate(query::Equals{.text = ""}));
  EXPECT_EQ(predicate("*Ab*"), Predicate(query::Contains{.text = "ab"}));
  EXPECT_EQ(predicate("**a**"), Predicate(query::Contains{.text = "a"}));
  EXPECT_EQ(predicate("a*"), Predicate(query::Wildcard{.parts = {"a", ""}}));
  EXPECT_EQ(predicate("*a"), Predicate(query::Wildcard{.parts = {"", "a"}}));
  EXPECT_EQ(predicate("*"), Predicate(query::Wildcard{.parts = {"", ""}}));
  EXPECT_EQ(
      predicate("a?*b"),
      Predicate(query::Wildcard{.parts = {"a", "b"}, .gaps = {{.characters = 1, .open = true}}}));
  EXPECT_EQ(predicate("a??"), Predicate(query::Wildcard{
                                  .parts = {"a", ""}, .gaps = {{.characters = 2, .open = false}}}));
}

TEST(ToPredicate, OneCharacterIsACodePoint) {
  EXPECT_TRUE(Holds("a: {F: 'x?z'}", R"({"F": "x\u00e4z"})"));
  EXPECT_TRUE(Holds("a: {F: 'x?z'}", R"({"F": "x\ud83d\ude00z"})"));
  EXPECT_FALSE(Holds("a: {F: 'x?z'}", R"({"F": "xz"})"));
  EXPECT_FALSE(Holds("a: {F: 'x?z'}", R"({"F": "xyyz"})"));
  EXPECT_TRUE(Holds("a: {F: '?:\\Windows\\\\*'}", R"({"F": "c:\\windows\\x"})"));
}

TEST(DashVariants, EachDashBecomesEachOther) {
  const std::vector<Pattern> one = DashVariants(ParsePattern(" -a"));
  ASSERT_EQ(one.size(), 5u);
  std::vector<std::string> texts;
  for (const Pattern& pattern : one) texts.push_back(pattern.Text());
  EXPECT_EQ(texts, (std::vector<std::string>{" -a", " /a", " \u2013a", " \u2014a", " \u2015a"}));
  EXPECT_EQ(DashVariants(ParsePattern("-a*/b")).size(), 25u);
  EXPECT_EQ(DashVariants(ParsePattern("plain")).size(), 1u);
  EXPECT_EQ(DashVariants(ParsePattern("-----")).size(), 3125u);
  EXPECT_TRUE(DashVariants(ParsePattern("------")).empty());
}

}  // namespace
}  // namespace riposte::sigma
