#include "base/yaml_scalar.h"

#include <string>

#include <gtest/gtest.h>

namespace riposte::yaml {
namespace {

// "span pieces" with each piece as value:file, and "~" behind them if they are not exact.
std::string Shown(const ScalarPlace& place) {
  std::string out = std::to_string(place.span.begin) + "-" + std::to_string(place.span.end);
  for (const Piece& piece : place.pieces)
    out += " " + std::to_string(piece.value_begin) + ":" + std::to_string(piece.file_begin);
  return out + (place.exact ? "" : " ~");
}

std::string Quoted(std::string_view raw, std::string_view value, Style style) {
  const std::string bytes = "k: '" + std::string(raw) + "'\n";
  const Span token{.begin = 4, .end = 4 + static_cast<uint32_t>(raw.size())};
  return Shown(PlaceScalar(bytes, token, style, value));
}

std::string Double(std::string_view raw, std::string_view value) {
  return Quoted(raw, value, Style::kDoubleQuoted);
}

std::string Block(std::string_view bytes, uint32_t begin, std::string_view value) {
  const Span token{.begin = begin, .end = static_cast<uint32_t>(bytes.size())};
  return Shown(PlaceScalar(bytes, token, Style::kLiteral, value));
}

TEST(PlaceScalar, PlainIsItself) {
  EXPECT_EQ(Shown(PlaceScalar("k: ab", {.begin = 3, .end = 5}, Style::kPlain, "ab")), "3-5 0:3");
  EXPECT_EQ(Shown(PlaceScalar("k: a\n b", {.begin = 3, .end = 7}, Style::kPlain, "a b")),
            "3-7 0:3 ~");
}

TEST(PlaceScalar, SingleQuotesAreDoubledInside) {
  EXPECT_EQ(Quoted("ab", "ab", Style::kSingleQuoted), "3-7 0:4");
  EXPECT_EQ(Quoted("it''s", "it's", Style::kSingleQuoted), "3-10 0:4 2:6 3:8");
  EXPECT_EQ(Quoted("", "", Style::kSingleQuoted), "3-5 0:4");
  EXPECT_EQ(Quoted("a\n b", "a b", Style::kSingleQuoted), "3-9 0:4 ~");
}

TEST(PlaceScalar, EachEscapeIsAPiece) {
  EXPECT_EQ(Double("a\\tb", "a\tb"), "3-9 0:4 1:5 2:7");
  EXPECT_EQ(Double("\\\\\\\"", "\\\""), "3-9 0:4 1:6");
  EXPECT_EQ(Double("\\x41b", "Ab"), "3-10 0:4 1:8");
  EXPECT_EQ(Double("\\xe4b", "äb"), "3-10 0:4 2:8");
  EXPECT_EQ(Double("\\u20acb", "€b"), "3-12 0:4 3:10");
  EXPECT_EQ(Double("\\U0001f600b", "😀b"), "3-16 0:4 4:14");
  EXPECT_EQ(Double("\\ud83d\\ude00b", "😀b"), "3-18 0:4 4:16");
  EXPECT_EQ(Double("\\Nb",
                   "\xc2\x85"
                   "b"),
            "3-8 0:4 2:6");
  EXPECT_EQ(Double("\\Lb",
                   "\xe2\x80\xa8"
                   "b"),
            "3-8 0:4 3:6");
}

TEST(PlaceScalar, WhatDoesNotFitTheValueIsNotExact) {
  EXPECT_EQ(Double("ab", "ac"), "3-7 0:4 ~");
  EXPECT_EQ(Double("ab", "abc"), "3-7 0:4 ~");
  EXPECT_EQ(Double("abc", "ab"), "3-8 0:4 ~");
  EXPECT_EQ(Double("a\\", "a"), "3-7 0:4 ~");
  EXPECT_EQ(Double("\\xzz", "a"), "3-9 0:4 ~");
  EXPECT_EQ(Double("a\\\n b", "ab"), "3-10 0:4 ~");
}

TEST(PlaceScalar, BlockScalarHasAPieceALine) {
  EXPECT_EQ(Block("q: |\n  ab\n  cd\n", 5, "ab\ncd\n"), "7-14 0:7 3:12");
  // A blank line in front, a line that is indented further, a blank line with some blanks.
  EXPECT_EQ(Block("q: |\n\n  ab\n   \n    cd\n", 5, "\nab\n \n  cd\n"), "8-21 0:5 1:8 4:13 6:17");
  EXPECT_EQ(Block("q: |\r\n  ab\r\n  cd\r\n", 6, "ab\ncd\n"), "8-16 0:8 3:14");
  // The token may begin behind the first line's indentation.
  EXPECT_EQ(Block("q: |-\n  ab\n", 8, "ab"), "8-10 0:8");
  EXPECT_EQ(Block("q: |2\n   ab\n", 6, " ab\n"), "8-11 0:8");
}

TEST(PlaceScalar, BlockScalarWithoutTextStandsAtItsHeader) {
  EXPECT_EQ(Block("q: |\n", 5, ""), "3-4 0:3");
  EXPECT_EQ(Block("q: |+\n\n\n", 6, "\n\n"), "3-4 0:3 ~");
}

TEST(PlaceScalar, FoldedPointsToItsBeginning) {
  const std::string_view bytes = "d: >\n\n  a\n  b\n";
  EXPECT_EQ(Shown(PlaceScalar(bytes, {.begin = 5, .end = 14}, Style::kFolded, "\na b\n")),
            "8-13 0:8 ~");
}

}  // namespace
}  // namespace riposte::yaml
