#include "base/regex.h"

#include <gtest/gtest.h>

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

TEST(Regex, RefusesWithASentence) {
  for (const char* bad : {"(", "a**", "(?=x)", "\\1", "[z-a]", "x{2000}"}) {
    const Result<Regex> regex = Regex::Compile(bad, {});
    EXPECT_FALSE(regex.ok()) << bad;
    EXPECT_FALSE(regex.status().message().empty()) << bad;
  }
}

}  // namespace
}  // namespace riposte
