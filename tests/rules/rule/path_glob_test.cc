#include "rules/rule/path_glob.h"

#include <gtest/gtest.h>

namespace riposte::rule {
namespace {

bool Fits(std::string_view pattern, std::string_view path) {
  const Result<PathGlob> glob = PathGlob::Parse(pattern);
  EXPECT_TRUE(glob.ok()) << pattern;
  return glob.ok() && glob.value().Matches(path);
}

TEST(PathGlob, ANameIsItself) {
  EXPECT_TRUE(Fits("a.yml", "a.yml"));
  EXPECT_FALSE(Fits("a.yml", "A.yml")) << "letter case counts";
  EXPECT_FALSE(Fits("a.yml", "a_yml")) << "a dot is a dot";
  EXPECT_FALSE(Fits("a.yml", "b/a.yml")) << "it is a path, not a name anywhere";
  EXPECT_FALSE(Fits("b", "b/a.yml")) << "a folder is not what is in it";
}

TEST(PathGlob, StarAndQuestionMarkStayInAComponent) {
  EXPECT_TRUE(Fits("*.yml", "a.yml"));
  EXPECT_TRUE(Fits("*.yml", ".yml"));
  EXPECT_FALSE(Fits("*.yml", "b/a.yml"));
  EXPECT_TRUE(Fits("win*/proc_*_x.yml", "windows/proc_a_b_x.yml"));
  EXPECT_FALSE(Fits("win*/proc_*_x.yml", "windows/proc_x.yml"));
  EXPECT_TRUE(Fits("*a*b*", "xaaxbab"));
  EXPECT_FALSE(Fits("*a*b", "xaaxbax"));
  EXPECT_TRUE(Fits("?.yml", "ä.yml")) << "one character, not one byte";
  EXPECT_FALSE(Fits("?.yml", "ab.yml"));
  EXPECT_FALSE(Fits("?.yml", ".yml"));
}

TEST(PathGlob, TwoStarsAreAnyNumberOfFolders) {
  EXPECT_TRUE(Fits("**", "a.yml"));
  EXPECT_TRUE(Fits("**", "a/b/c.yml"));
  EXPECT_TRUE(Fits("**/c.yml", "c.yml"));
  EXPECT_TRUE(Fits("**/c.yml", "a/b/c.yml"));
  EXPECT_TRUE(Fits("a/**/c.yml", "a/c.yml"));
  EXPECT_TRUE(Fits("a/**/b/**/c.yml", "a/b/x/b/y/c.yml"));
  EXPECT_FALSE(Fits("a/**/c.yml", "b/a/c.yml"));
  EXPECT_FALSE(Fits("a/**/c.yml", "a/b/c.yml/d"));
}

// Each star would be tried against each place if the search were not bounded.
TEST(PathGlob, ManyStarsTakeNoLonger) {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "*a";
  EXPECT_FALSE(Fits(pattern + "b", std::string(20'000, 'a')));
}

TEST(PathGlob, WhatIsNoPathFromAFolder) {
  for (const char* text :
       {"", "/a.yml", "a//b", "a/", "./a", "../a", "a/../b", "a\\b", "a**", "**b/c"})
    EXPECT_FALSE(PathGlob::Parse(text).ok()) << text;
}

}  // namespace
}  // namespace riposte::rule
