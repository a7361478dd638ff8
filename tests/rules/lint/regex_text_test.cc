#include "rules/lint/regex_text.h"

#include <gtest/gtest.h>

#include "base/regex.h"

namespace riposte::lint {
namespace {

// One sign a piece: the literal, `.`, `[`, `^` for anchors, `(` for the rest; `*` behind what may
// be absent, `+` behind what is repeated otherwise.
std::string Shown(std::string_view pattern) {
  std::string out;
  for (const RegexPiece& piece : PiecesOf(pattern)) {
    switch (piece.kind) {
      case RegexPiece::Kind::kLiteral:
        out += piece.literal;
        break;
      case RegexPiece::Kind::kDot:
        out += "<dot>";
        break;
      case RegexPiece::Kind::kClass:
        out += "<class>";
        break;
      case RegexPiece::Kind::kAnchor:
        out += "<anchor>";
        break;
      case RegexPiece::Kind::kOther:
        out += "<>";
        break;
    }
    if (piece.repeated) out += piece.optional ? "*" : "+";
  }
  return out;
}

TEST(RegexText, Pieces) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"abc", "abc"},
      {R"(a\.b)", "a.b"},
      {"a.b*?c+", "a<dot>b*c+"},
      {"a{0,2}b{3}c{2,}", "a*b+c+"},
      {"a{x}", "a{x}"},
      {"[]a-]b", "<class>b"},
      {"[^]]b", "<class>b"},
      {R"([[:alpha:]\]x]b)", "<class>b"},
      {R"(\d\w\pL\p{Greek}\x41\x{41}z)", "<class><class><class><class><class><class>z"},
      {R"(^\bab\b$)", "<anchor><anchor>ab<anchor><anchor>"},
      {"(?i)a(?:b|c)?(?P<n>d)", "<>a<>b<>c<>*<>d<>"},
      {R"(\Qa.b\Ec)", "a.b<>c"},
      {"\u00fcb", "\u00fcb"},
  };
  for (const auto& [pattern, expected] : rows) {
    EXPECT_TRUE(Regex::Compile(pattern, {}).ok()) << pattern;
    EXPECT_EQ(Shown(pattern), expected) << pattern;
  }
}

TEST(RegexText, SpansCoverThePattern) {
  for (const std::string pattern : {R"(^a{2}\.[b\]]*?(c|.)+$)", R"(\pLx)", "a", ""}) {
    uint32_t at = 0;
    for (const RegexPiece& piece : PiecesOf(pattern)) {
      EXPECT_EQ(piece.span.begin, at) << pattern;
      at = piece.span.end;
    }
    EXPECT_EQ(at, pattern.size()) << pattern;
  }
}

// What is no pattern does not lead out of the text.
TEST(RegexText, BrokenPatterns) {
  for (const char* pattern :
       {"[", "[a", "\\", "(?", "a{", "a{2", "\\p{", "\\x{", "\\Q", "[[:", "\\p"})
    PiecesOf(pattern);
}

TEST(RegexText, Flags) {
  EXPECT_TRUE(HasFlags("(?i)a"));
  EXPECT_TRUE(HasFlags("(?-s:a)"));
  EXPECT_TRUE(HasFlags("a(?s).b"));
  EXPECT_FALSE(HasFlags("(?:a)(?P<i>b)"));
  EXPECT_FALSE(HasFlags(R"(\(?i)"));
}

TEST(RegexText, PlainText) {
  const std::optional<PlainRegex> whole = ReadPlain(R"(^a\.b$)");
  ASSERT_TRUE(whole.has_value());
  EXPECT_EQ(whole->text, "a.b");
  EXPECT_TRUE(whole->from_begin);
  EXPECT_TRUE(whole->to_end);
  EXPECT_FALSE(ReadPlain("ab")->to_end);
  for (const char* pattern : {"a.b", "a+", "a|b", "[a]", "(a)", "^$", "a^b", ""})
    EXPECT_FALSE(ReadPlain(pattern).has_value()) << pattern;
}

}  // namespace
}  // namespace riposte::lint
