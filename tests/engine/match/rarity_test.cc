#include "engine/match/rarity.h"

#include <gtest/gtest.h>

namespace riposte::match {
namespace {

TEST(Rarity, NamesAreRarerThanWhatManyEventsHave) {
  EXPECT_LT(RarityOfEquality("mimikatz.exe"), RarityOfEnum(5));
  EXPECT_LT(RarityOfEquality("mimikatz.exe"), RarityOfEquality("a"));
  EXPECT_LT(rarity::kNumber, rarity::kSmallNumber);
  EXPECT_LT(rarity::kSmallNumber, rarity::kBool);
  EXPECT_LT(rarity::kBool, rarity::kExistence);
}

TEST(Rarity, APathsLastPart) {
  EXPECT_LT(RarityOfPathTail("mimikatz.exe"), RarityOfPathTail("powershell.exe"));
}

TEST(Rarity, LongerPartsAreRarer) {
  EXPECT_LT(RarityOfPart("sekurlsa::logonpasswords"), RarityOfPart("sekurlsa"));
  EXPECT_LT(RarityOfPart("sekurlsa"), RarityOfPart("sek"));
  EXPECT_LT(RarityOfPart("sekurlsa"), RarityOfPart("\\windows\\system32\\"))
      << "long, but it stands in most paths";
  EXPECT_LE(RarityOfPart("a"), 0.5);
}

TEST(Rarity, LongerPrefixesOfAddressesAreRarer) {
  EXPECT_LT(RarityOfBlock(128), RarityOfBlock(120));
  EXPECT_LT(RarityOfBlock(120), RarityOfBlock(104));
  EXPECT_LT(RarityOfBlock(128), RarityOfBlock(0));
}

TEST(Rarity, EnumsByTheirSize) {
  EXPECT_LT(RarityOfEnum(10), RarityOfEnum(2));
  EXPECT_LE(RarityOfEnum(0), 1.0);
}

TEST(Rarity, WhatManyRulesMentionIsCommon) {
  EXPECT_DOUBLE_EQ(WithMentions(0.001, 1), 0.001);
  EXPECT_GT(WithMentions(0.001, 100), WithMentions(0.001, 10));
  EXPECT_LE(WithMentions(0.5, 1'000'000), 0.9);
}

}  // namespace
}  // namespace riposte::match
