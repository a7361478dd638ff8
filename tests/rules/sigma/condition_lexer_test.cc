#include "rules/sigma/condition_lexer.h"

#include <gtest/gtest.h>

namespace riposte::sigma {
namespace {

using Kind = ConditionToken::Kind;

TEST(LexCondition, WordsBracketsAndPipes) {
  const std::vector<ConditionToken> tokens = LexCondition("1 of a_*\n and(not b-c)|x");
  std::vector<std::string_view> texts;
  for (const ConditionToken& token : tokens) texts.push_back(token.text);
  EXPECT_EQ(texts, (std::vector<std::string_view>{"1", "of", "a_*", "and", "(", "not", "b-c", ")",
                                                  "|", "x", ""}));
  EXPECT_EQ(tokens[4].kind, Kind::kOpen);
  EXPECT_EQ(tokens[7].kind, Kind::kClose);
  EXPECT_EQ(tokens[8].kind, Kind::kPipe);
  EXPECT_EQ(tokens.back().kind, Kind::kEnd);
  EXPECT_EQ(tokens[2].span, (text::Span{.begin = 5, .end = 8}));
}

TEST(LexCondition, NothingIsTheEnd) {
  for (const std::string_view empty : {"", " \t\r\n "}) {
    const std::vector<ConditionToken> tokens = LexCondition(empty);
    ASSERT_EQ(tokens.size(), 1u);
    EXPECT_EQ(tokens[0].kind, Kind::kEnd);
  }
}

}  // namespace
}  // namespace riposte::sigma
