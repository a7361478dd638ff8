#include "rules/query/text_match.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace riposte::query {
namespace {

// The definition, tried out: the parts in order, every gap of every length.
bool MatchesByTrying(const std::vector<std::string>& parts, size_t part, std::string_view text) {
  if (!text.starts_with(parts[part])) return false;
  text.remove_prefix(parts[part].size());
  if (part + 1 == parts.size()) return text.empty();
  for (size_t gap = 0; gap <= text.size(); ++gap)
    if (MatchesByTrying(parts, part + 1, text.substr(gap))) return true;
  return false;
}

// All texts over {a, b} of at most `longest` characters.
std::vector<std::string> AllTexts(size_t longest) {
  std::vector<std::string> texts = {""};
  for (size_t from = 0; texts.back().size() < longest;) {
    const size_t to = texts.size();
    for (; from < to; ++from) {
      texts.push_back(texts[from] + "a");
      texts.push_back(texts[from] + "b");
    }
  }
  std::erase_if(texts, [&](const std::string& text) { return text.size() > longest; });
  return texts;
}

bool Wild(std::vector<std::string> parts, std::string_view text) {
  return MatchesWildcard({.parts = std::move(parts)}, text);
}

TEST(MatchesWildcard, LeadingTrailingInner) {
  EXPECT_TRUE(Wild({"win", ""}, "windows"));
  EXPECT_TRUE(Wild({"win", ""}, "win"));
  EXPECT_FALSE(Wild({"win", ""}, "wi"));
  EXPECT_FALSE(Wild({"win", ""}, "a win"));
  EXPECT_TRUE(Wild({"", ".exe"}, "cmd.exe"));
  EXPECT_FALSE(Wild({"", ".exe"}, "cmd.exe "));
  EXPECT_TRUE(Wild({"c:", ".exe"}, "c:.exe"));
  EXPECT_FALSE(Wild({"aba", "aba"}, "aba")) << "the ends may not overlap";
  EXPECT_FALSE(Wild({"aba", "aba"}, "ababa"));
  EXPECT_TRUE(Wild({"aba", "aba"}, "abaaba"));
  EXPECT_TRUE(Wild({"", ""}, ""));
}

TEST(MatchesWildcard, EveryShortPatternOnEveryShortText) {
  const std::vector<std::string> parts = AllTexts(2);
  const std::vector<std::string> texts = AllTexts(6);
  std::vector<std::vector<std::string>> patterns;
  for (const std::string& a : parts)
    for (const std::string& b : parts) {
      patterns.push_back({a, b});
      for (const std::string& c : parts) {
        patterns.push_back({a, b, c});
        patterns.push_back({a, b, c, a});
      }
    }
  for (const std::vector<std::string>& pattern : patterns)
    for (const std::string& text : texts)
      ASSERT_EQ(Wild(pattern, text), MatchesByTrying(pattern, 0, text))
          << ::testing::PrintToString(pattern) << " on " << text;
}

bool Phrase(std::vector<std::string> words, bool last_is_prefix,
            std::vector<std::string_view> text) {
  return HasPhrase({.words = std::move(words), .last_is_prefix = last_is_prefix}, text);
}

TEST(HasPhrase, WordsNextToEachOtherInOrder) {
  EXPECT_TRUE(Phrase({"a"}, false, {"a"}));
  EXPECT_TRUE(Phrase({"a", "b"}, false, {"x", "a", "b", "y"}));
  EXPECT_TRUE(Phrase({"a", "b"}, false, {"a", "a", "b"})) << "a false start";
  EXPECT_FALSE(Phrase({"a", "b"}, false, {"a", "x", "b"}));
  EXPECT_FALSE(Phrase({"a", "b"}, false, {"b", "a"}));
  EXPECT_FALSE(Phrase({"a", "b"}, false, {"a"}));
  EXPECT_FALSE(Phrase({"a"}, false, {}));
}

TEST(HasPhrase, PrefixOfTheLastWordOnly) {
  EXPECT_TRUE(Phrase({"remote", "cod"}, true, {"a", "remote", "code"}));
  EXPECT_TRUE(Phrase({"remote", "code"}, true, {"remote", "code"}));
  EXPECT_FALSE(Phrase({"remote", "cod"}, false, {"remote", "code"}));
  EXPECT_FALSE(Phrase({"remo", "code"}, true, {"remote", "code"}));
  EXPECT_FALSE(Phrase({"codes"}, true, {"code"}));
}

// The definition of gaps, tried out, on texts of one-byte characters.
bool GapsByTrying(const Wildcard& wildcard, size_t part, std::string_view text) {
  if (!text.starts_with(wildcard.parts[part])) return false;
  text.remove_prefix(wildcard.parts[part].size());
  if (part + 1 == wildcard.parts.size()) return text.empty();
  const Gap& gap = wildcard.gaps[part];
  for (size_t width = gap.characters; width <= text.size(); ++width) {
    if (GapsByTrying(wildcard, part + 1, text.substr(width))) return true;
    if (!gap.open) return false;
  }
  return false;
}

TEST(MatchesWildcard, EveryShortPatternWithGapsOnEveryShortText) {
  const std::vector<std::string> parts = AllTexts(2);
  const std::vector<std::string> texts = AllTexts(6);
  const std::vector<Gap> gaps = {{.characters = 0, .open = true},
                                 {.characters = 1, .open = true},
                                 {.characters = 1, .open = false},
                                 {.characters = 2, .open = false}};
  for (const std::string& a : parts)
    for (const std::string& b : parts)
      for (const std::string& c : parts)
        for (const Gap& first : gaps)
          for (const Gap& second : gaps) {
            const Wildcard wildcard{.parts = {a, b, c}, .gaps = {first, second}};
            for (const std::string& text : texts)
              ASSERT_EQ(MatchesWildcard(wildcard, text), GapsByTrying(wildcard, 0, text))
                  << a << "|" << b << "|" << c << " " << first.characters << first.open
                  << second.characters << second.open << " on " << text;
          }
}

TEST(MatchesWildcard, ACharacterIsACodePoint) {
  const Wildcard one{.parts = {"a", "b"}, .gaps = {{.characters = 1, .open = false}}};
  EXPECT_TRUE(MatchesWildcard(one,
                              "a\xc3\xa4"
                              "b"));
  EXPECT_TRUE(MatchesWildcard(one,
                              "a\xf0\x9f\x98\x80"
                              "b"));
  EXPECT_FALSE(MatchesWildcard(one, "ab"));
  const Wildcard last{.parts = {"", "b", ""},
                      .gaps = {{.characters = 0, .open = true}, {.characters = 2, .open = false}}};
  EXPECT_TRUE(MatchesWildcard(last, "xxb\xc3\xa4\xe2\x82\xac"));
  EXPECT_FALSE(MatchesWildcard(last, "xxb\xc3\xa4"));
}

TEST(ComparesWith, EachWay) {
  using How = OtherField::How;
  EXPECT_TRUE(ComparesWith(How::kEquals, "abc", "abc"));
  EXPECT_FALSE(ComparesWith(How::kEquals, "abc", "ab"));
  EXPECT_TRUE(ComparesWith(How::kContains, "abc", "b"));
  EXPECT_FALSE(ComparesWith(How::kContains, "b", "abc"));
  EXPECT_TRUE(ComparesWith(How::kStartsWith, "abc", "ab"));
  EXPECT_FALSE(ComparesWith(How::kStartsWith, "abc", "bc"));
  EXPECT_TRUE(ComparesWith(How::kEndsWith, "abc", "bc"));
  EXPECT_FALSE(ComparesWith(How::kEndsWith, "abc", "ab"));
}

}  // namespace
}  // namespace riposte::query
