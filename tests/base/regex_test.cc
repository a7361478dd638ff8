#include "base/regex.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/unicode.h"

namespace riposte {
namespace {

bool Found(const char* pattern, std::string_view text, const Regex::Options& options = {}) {
  Result<Regex> regex = Regex::Compile(pattern, options);
  EXPECT_TRUE(regex.ok()) << regex.status().message();
  return regex->Search(text);
}

TEST(Regex, SearchesUnanchored) {
  EXPECT_TRUE(Found("b+", "abc"));
  EXPECT_FALSE(Found("^b", "abc"));
  EXPECT_TRUE(Found("", ""));
}

TEST(Regex, Options) {
  EXPECT_FALSE(Found("ABC", "abc"));
  EXPECT_TRUE(Found("ABC", "abc", {.ignore_case = true}));
  EXPECT_TRUE(Found("k", "\u212A", {.ignore_case = true}));  // the Kelvin sign folds to k
  EXPECT_FALSE(Found("^b$", "a\nb"));
  EXPECT_TRUE(Found("^b$", "a\nb", {.multi_line = true}));
  EXPECT_FALSE(Found("a.b", "a\nb"));
  EXPECT_TRUE(Found("a.b", "a\nb", {.dot_all = true}));
}

// Which RE2 need not decide; inside a group it does.
TEST(Regex, RunsOfAnything) {
  for (const char* count : {"0", "1", "2", "3", "5"}) {
    const std::string pattern = std::string(".{") + count + ",}";
    const std::string decided_by_re2 = "(?:" + pattern + ")";
    for (const char* text : {"", "a", "ab", "a\nb", "ab\ncde", "abcde", "\u00e9\u212a\n\u00e9",
                             "\U0001F600\U0001F600", "\n\n\n\n\n", "abc\n"}) {
      for (const bool dot_all : {false, true}) {
        const Regex::Options options{.dot_all = dot_all};
        EXPECT_EQ(Found(pattern.c_str(), text, options),
                  Found(decided_by_re2.c_str(), text, options))
            << pattern << " in " << text << (dot_all ? " with dot_all" : "");
      }
    }
  }
}

TEST(Regex, RefusesWithASentence) {
  for (const char* bad : {"(", "a**", "(?=x)", "\\1", "[z-a]", "x{2000}"}) {
    const Result<Regex> regex = Regex::Compile(bad, {});
    EXPECT_FALSE(regex.ok()) << bad;
    EXPECT_FALSE(regex.status().message().empty()) << bad;
  }
}

std::vector<std::string> Literals(std::string_view pattern, const Regex::Options& options = {}) {
  return Regex::RequiredLiterals(pattern, options, 3);
}

using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

TEST(RequiredLiterals, OneOfThemStandsInEveryMatch) {
  EXPECT_THAT(Literals("abc\\d+"), UnorderedElementsAre("abc"));
  EXPECT_THAT(Literals("ABC\\d+"), UnorderedElementsAre("abc")) << "folded";
  EXPECT_THAT(Literals("abc\\d+longer"), UnorderedElementsAre("longer")) << "the longest";
  EXPECT_THAT(Literals("kernel\\d"), UnorderedElementsAre("kernel")) << "not ten of them";
  EXPECT_THAT(Literals("cmd|power(shell)?"), UnorderedElementsAre("cmd", "power"));
  EXPECT_THAT(Literals("(abc|def)xyz"), UnorderedElementsAre("abcxyz", "defxyz"));
  EXPECT_THAT(Literals("(foobar|a+)xyz"), UnorderedElementsAre("xyz"));
  EXPECT_THAT(Literals("^b\\.exe$", {.multi_line = true}), UnorderedElementsAre("b.exe"));
  for (const char* none : {"", "a+", ".*", "ab", "(abc)?", "abc|d", "[a-z]{3}\\d", "wor?ld"})
    EXPECT_THAT(Literals(none), IsEmpty()) << none;
}

TEST(RequiredLiterals, AgreeWithFolding) {
  EXPECT_THAT(Literals("kernel\\d", {.ignore_case = true}), UnorderedElementsAre("kernel"));
  EXPECT_THAT(Literals("\u212Aernel"), UnorderedElementsAre("kernel"));
  EXPECT_THAT(Literals("\u017Fvchost"), UnorderedElementsAre("svchost"));
  EXPECT_THAT(Literals("\\x{212A}ernel"), UnorderedElementsAre("kernel"));
  // Others are left alone.
  EXPECT_THAT(Literals("\u0130stanbul"), IsEmpty());
  EXPECT_THAT(Literals("stra\u00DFe.*abc"), UnorderedElementsAre("abc"));
  EXPECT_THAT(Literals("abc|stra\u00DFe"), IsEmpty());
}

std::string Utf8(char32_t code_point) {
  const auto byte = [](char32_t value) { return static_cast<char>(value); };
  if (code_point < 0x80) return {byte(code_point)};
  if (code_point < 0x800) return {byte(0xC0 | code_point >> 6), byte(0x80 | (code_point & 63))};
  if (code_point < 0x10000)
    return {byte(0xE0 | code_point >> 12), byte(0x80 | (code_point >> 6 & 63)),
            byte(0x80 | (code_point & 63))};
  return {byte(0xF0 | code_point >> 18), byte(0x80 | (code_point >> 12 & 63)),
          byte(0x80 | (code_point >> 6 & 63)), byte(0x80 | (code_point & 63))};
}

// Every character that folds, or that another folds to, and the dotted and dotless i, which do not:
// what the pattern requires stands in the folded text.
TEST(RequiredLiterals, EveryCharacterWithACase) {
  std::vector<char32_t> cased = {0x130, 0x131};
  for (char32_t c = 'A'; c < 0x20000; ++c) {
    if (unicode::FoldCodePoint(c) == c) continue;
    cased.push_back(c);
    cased.push_back(unicode::FoldCodePoint(c));
  }
  ASSERT_GT(cased.size(), 2000u);
  size_t with_literals = 0;
  for (const char32_t c : cased) {
    const std::string text = "ab" + Utf8(c) + "cd.*wxyz";
    for (const bool ignore_case : {false, true}) {
      const std::vector<std::string> literals = Literals(text, {.ignore_case = ignore_case});
      if (literals.empty()) continue;
      ++with_literals;
      const std::string folded = unicode::Fold("ab" + Utf8(c) + "cdwxyz");
      EXPECT_TRUE(std::ranges::any_of(literals, [&](const std::string& literal) {
        return folded.find(literal) != std::string::npos;
      })) << text;
    }
  }
  EXPECT_GT(with_literals, cased.size()) << "too few to prove anything";
}

}  // namespace
}  // namespace riposte
