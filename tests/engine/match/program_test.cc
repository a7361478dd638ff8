#include "engine/match/program.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/match/match_table.h"

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

// Several expressions in one set of programs keep apart.
TEST(Programs, EachRootIsItsOwn) {
  const schema::SchemaPtr schema = TableSchema();
  const std::vector<std::string> queries = {"text: remote code and keyword: a", "not keyword: a",
                                            "keyword: /^a$/ or number: 5",
                                            "item: (kind: a and size > 1)", "keyword: a"};
  const rule::RuleSet rules = RulesOf(schema, queries);
  Programs programs;
  std::vector<uint32_t> roots;
  for (const rule::Rule& rule : rules.rules) roots.push_back(programs.Add(rule.query));
  const std::shared_ptr<const Matcher> plans = Matcher::Compile(rules, schema->profiles.front());
  const auto verdicts = [&](const char* json) {
    event::Decoder decoder;
    EXPECT_EQ(decoder.Decode(plans->plan(), json), event::Reject::kNone);
    WordMemo words;
    std::string all;
    for (const uint32_t root : roots)
      all += programs.Matches(root, decoder.event(), TableContext(), words) ? '1' : '0';
    return all;
  };
  EXPECT_EQ(verdicts(R"({"text":"a remote code","keyword":"A"})"), "10001");
  EXPECT_EQ(verdicts(R"({"keyword":"a","item":{"kind":"a","size":2}})"), "00111");
  EXPECT_EQ(verdicts(R"({"number":5})"), "01100");
  EXPECT_EQ(verdicts("{}"), "01000");
}

}  // namespace
}  // namespace riposte::match
