#include "engine/match/word_memo.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace riposte::match {
namespace {

using ::testing::ElementsAre;

event::Value Folded(std::string_view text) {
  event::Value value;
  value.folded = text;
  return value;
}

std::vector<std::string> WordsOf(WordMemo& memo, const event::Value& value) {
  std::vector<std::string> words;
  for (const std::string_view word : memo.Words(value)) words.emplace_back(word);
  return words;
}

TEST(WordMemo, SplitsEachValueOnceUntilCleared) {
  WordMemo memo;
  event::Value value = Folded("remote code");
  const event::Value other = Folded("a b");
  EXPECT_THAT(WordsOf(memo, value), ElementsAre("remote", "code"));
  EXPECT_THAT(WordsOf(memo, other), ElementsAre("a", "b"));
  value.folded = "another event";
  EXPECT_THAT(WordsOf(memo, value), ElementsAre("remote", "code")) << "remembered";
  memo.Clear();
  EXPECT_THAT(WordsOf(memo, value), ElementsAre("another", "event"));
}

// Past what it remembers, it splits anew each time.
TEST(WordMemo, AnyNumberOfValues) {
  WordMemo memo;
  std::vector<std::string> texts;
  for (int i = 0; i < 100; ++i) texts.push_back("word " + std::to_string(i));
  std::vector<event::Value> values;
  for (const std::string& text : texts) values.push_back(Folded(text));
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < 100; ++i)
      EXPECT_THAT(WordsOf(memo, values[static_cast<size_t>(i)]),
                  ElementsAre("word", std::to_string(i)));
}

}  // namespace
}  // namespace riposte::match
