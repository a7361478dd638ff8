#include "engine/event/source_text.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace riposte::event {
namespace {

// What the string between the outer quotes stands for.
std::string Read(SourceText& source, std::string_view text, bool is_valid_utf8 = true) {
  Arena arena;
  EXPECT_EQ(source.Begin(text, is_valid_utf8), std::nullopt);
  return std::string(source.Read(text.substr(1, text.size() - 2), arena));
}

TEST(SourceText, ReadsEscapesAndRepairsUtf8) {
  SourceText source;
  EXPECT_EQ(Read(source, R"("")"), "");
  EXPECT_EQ(Read(source, R"("a\tb\u00e9\\")"), "a\tb\u00e9\\");
  EXPECT_EQ(Read(source, R"("\ud83d\ude00 \ud83d")"), "\U0001F600 \uFFFD");
  EXPECT_TRUE(source.has_lone_surrogate());
  EXPECT_EQ(Read(source, "\"a\xff\\n\"", false), "a\uFFFD\n");
  EXPECT_FALSE(source.has_lone_surrogate());
}

TEST(SourceText, WhatIsPlainIsAView) {
  constexpr std::string_view kText = R"(["plain","p\tq"])";
  SourceText source;
  Arena arena;
  ASSERT_EQ(source.Begin(kText, true), std::nullopt);
  EXPECT_EQ(source.Read(kText.substr(2, 5), arena).data(), kText.data() + 2);
  EXPECT_EQ(source.Read(kText.substr(10, 4), arena), "p\tq");
}

TEST(SourceText, SaysWhereAnEscapeIsMalformed) {
  SourceText source;
  EXPECT_EQ(source.Begin(R"("ab\q")", true), 3u);
}

}  // namespace
}  // namespace riposte::event
