#include "base/regex_shortest.h"

#include <iostream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/regex.h"
#include "tests/support/environment.h"

namespace riposte {
namespace {

TEST(ShortestMatchBytes, CountsTheOutermostLevel) {
  const std::vector<std::pair<std::string_view, size_t>> kTable = {
      {"", 0},         {"abc", 3},      {".{1000,}", 1000},  {"^a{2,5}b?c+$", 3},
      {"x{0}y*z", 1},  {"a{2", 3},      {"a{,5}", 5},        {"\\d+\\.\\s", 3},
      {"(abc)+d", 1},  {"(?i)abc", 3},  {"[^]a]{3}b", 4},    {"[[:alpha:]]{2}", 2},
      {"\\ba\\b", 1},  {"é+", 1},       {"é*a", 1},          {"(a\\)b[)])c", 1},
      {".{3}?.+?", 4}, {"[\\]]{2}", 2}, {"a(?:b|c{9})d", 2},
  };
  for (const auto& [pattern, bytes] : kTable)
    EXPECT_EQ(ShortestMatchBytes(pattern), bytes) << pattern;
}

TEST(ShortestMatchBytes, SaysNothingWhereItCannotTell) {
  for (const std::string_view pattern :
       {"aaa|b", "\\x41\\x42", "\\p{Greek}", "\\Qa|b\\E", "a(\\Q)\\E)"})
    EXPECT_EQ(ShortestMatchBytes(pattern), 0u) << pattern;
}

// Inside a group nothing counts, so there RE2 alone decides.
TEST(ShortestMatchBytes, NoShorterTextMatches) {
  const std::vector<std::string> kPieces = {
      "a",    "k",    "é",   ".",   "[ab]",        "[^]]", "\\d", "\\.",  "(a|bb)",
      "(?i)", "(?:)", "\\b", "{2}", "{1,}",        "*",    "+",   "?",    "{0,2}",
      "|",    "^",    "$",   "{",   "[[:digit:]]", "\\Q",  "\\E", "\\pL", "-"};
  const std::vector<std::string> kTexts = {"a", "b", "k", "\u212A", "é", "1", ".",
                                           "]", "-", "{", "}",      "2", "E"};
  const uint64_t seed = test::NumberFromEnvironment("RIPOSTE_SEED", std::random_device{}());
  std::cout << "RIPOSTE_SEED=" << seed << std::endl;
  std::mt19937_64 random(seed);
  const auto some = [&random](const std::vector<std::string>& pieces, size_t most) {
    std::string text;
    for (size_t count = random() % (most + 1); count > 0; --count)
      text += pieces[random() % pieces.size()];
    return text;
  };
  size_t patterns = 0, matches = 0;
  for (size_t i = 0; i < test::NumberFromEnvironment("RIPOSTE_PATTERNS", 20'000); ++i) {
    const std::string pattern = some(kPieces, 6);
    const bool ignore_case = random() % 2 == 0;
    const Result<Regex> alone = Regex::Compile(pattern, {.ignore_case = ignore_case});
    const Result<Regex> inside =
        Regex::Compile("(?:" + pattern + ")", {.ignore_case = ignore_case});
    if (!alone.ok() || !inside.ok()) continue;
    ++patterns;
    for (size_t j = 0; j < 20; ++j) {
      const std::string text = some(kTexts, 5);
      const bool expected = inside->Search(text);
      ASSERT_EQ(alone->Search(text), expected) << pattern << " in " << text;
      matches += expected && ShortestMatchBytes(pattern) > 0;
    }
  }
  EXPECT_GT(patterns, 3'000u);
  EXPECT_GT(matches, 1'000u);
}

}  // namespace
}  // namespace riposte
