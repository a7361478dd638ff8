#include "engine/state/state_key.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "base/digest.h"

namespace riposte::state {
namespace {

TEST(StateKeyTest, TheFormIsFixed) {
  StateKey key{.kind = Kind::kWindow, .definition = {}, .group = "g"};
  key.definition.fill('d');
  EXPECT_EQ(RecordKey(key, 0x0102),
            "\x02"
            "ddddddddddddddddg\x01\x02");
}

TEST(StateKeyTest, WhatIsMadeIsParsed) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 1000; ++round) {
    std::string group(random() % 40, '\0');
    for (char& c : group) c = static_cast<char>(random());
    StateKey key{.kind = static_cast<Kind>(1 + random() % 4), .definition = {}, .group = group};
    for (uint8_t& byte : key.definition) byte = static_cast<uint8_t>(random());
    const uint16_t segment = static_cast<uint16_t>(random());
    const std::string bytes = RecordKey(key, segment);
    const std::optional<ParsedKey> parsed = ParseRecordKey(bytes);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->key, key);
    EXPECT_EQ(parsed->segment, segment);
    EXPECT_TRUE(bytes.starts_with(DefinitionPrefix(key.kind, key.definition)));
  }
}

// Stored under it: the id of a rule and a definition stays what it is.
TEST(StateKeyTest, ADefinitionIsOfItsRule) {
  const Uuid rule = *Uuid::Parse("0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c10");
  const DefinitionId id = DefinitionIdOf(rule, "ab");
  const std::string hash = Sha256(rule.ToString() + ":ab");
  EXPECT_TRUE(std::ranges::equal(id, std::string_view(hash).substr(0, id.size()),
                                 [](uint8_t a, char b) { return a == static_cast<uint8_t>(b); }));
  EXPECT_NE(id, DefinitionIdOf(rule, "ac"));
  EXPECT_NE(id, DefinitionIdOf(Uuid(), "ab"));
}

TEST(StateKeyTest, ASegmentStandsBehindTheOneBefore) {
  const StateKey key{.group = "g"};
  EXPECT_LT(RecordKey(key, 255), RecordKey(key, 256));
}

TEST(StateKeyTest, WhatIsNoKeyIsNotParsed) {
  const std::string good = RecordKey({.group = std::string(kGroupBytesMax, 'g')}, 0);
  EXPECT_TRUE(ParseRecordKey(good));
  EXPECT_FALSE(ParseRecordKey(good + "g"));
  EXPECT_FALSE(ParseRecordKey(""));
  EXPECT_FALSE(ParseRecordKey(RecordKey({.group = ""}, 0).substr(1)));
  for (const char kind : {'\0', '\x05', '\xff'}) {
    std::string other = good;
    other[0] = kind;
    EXPECT_FALSE(ParseRecordKey(other));
  }
}

}  // namespace
}  // namespace riposte::state
