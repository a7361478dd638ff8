#include "engine/pipeline/owner.h"

#include <array>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace riposte::pipeline {
namespace {

// What Kafka's own tests of Utils.murmur2 expect (its clients module, UtilsTest), and the empty
// text.
TEST(OwnerTest, TheHashIsThatOfKafkasClients) {
  const auto hash = [](std::string_view text) { return static_cast<int32_t>(Murmur2(text)); };
  EXPECT_EQ(hash("21"), -973932308);
  EXPECT_EQ(hash("foobar"), -790332482);
  EXPECT_EQ(hash("a-little-bit-long-string"), -985981536);
  EXPECT_EQ(hash("a-little-bit-longer-string"), -1486304829);
  EXPECT_EQ(hash("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8"), -58897971);
  EXPECT_EQ(hash("abc"), 479470107);
  EXPECT_EQ(hash(""), 275646681);
}

// As Java has it: signed numbers, one switch that falls through for the rest.
int32_t AsInJava(const std::string& text) {
  const auto byte = [&text](size_t at) {
    return static_cast<int64_t>(static_cast<unsigned char>(text[at]));
  };
  const auto times = [](int32_t value) {
    return static_cast<int32_t>(static_cast<uint32_t>(static_cast<int64_t>(value) * 0x5bd1e995LL));
  };
  const auto shifted = [](int32_t value, int by) {
    return static_cast<int32_t>(static_cast<uint32_t>(value) >> by);
  };
  const auto length = static_cast<int32_t>(text.size());
  int32_t h = static_cast<int32_t>(0x9747b28c) ^ length;
  const size_t words = text.size() / 4;
  for (size_t i = 0; i < words; ++i) {
    const size_t at = i * 4;
    auto k = static_cast<int32_t>(byte(at) + (byte(at + 1) << 8) + (byte(at + 2) << 16) +
                                  (byte(at + 3) << 24));
    k = times(k);
    k ^= shifted(k, 24);
    k = times(k);
    h = times(h);
    h ^= k;
  }
  const size_t rest = words * 4;
  switch (text.size() % 4) {
    case 3:
      h ^= static_cast<int32_t>(byte(rest + 2) << 16);
      [[fallthrough]];
    case 2:
      h ^= static_cast<int32_t>(byte(rest + 1) << 8);
      [[fallthrough]];
    case 1:
      h ^= static_cast<int32_t>(byte(rest));
      h = times(h);
      break;
    default:
      break;
  }
  h ^= shifted(h, 13);
  h = times(h);
  h ^= shifted(h, 15);
  return h;
}

TEST(OwnerTest, EveryLengthAndByteHashesAsInJava) {
  std::mt19937 random(1);
  for (size_t size = 0; size < 300; ++size) {
    std::string text(size, '\0');
    for (char& c : text) c = static_cast<char>(random());
    ASSERT_EQ(static_cast<int32_t>(Murmur2(text)), AsInJava(text)) << size;
    ASSERT_EQ(PartitionHash(text), static_cast<uint32_t>(AsInJava(text) & 0x7fffffff)) << size;
  }
}

// Not their absolute values, and not as unsigned numbers: "21" would be elsewhere either way.
TEST(OwnerTest, ANegativeHashLosesItsSignBit) {
  EXPECT_EQ(PartitionHash("21"), 1173551340u);
  EXPECT_EQ(OwnerOf("21", 7), 1173551340 % 7);
  EXPECT_EQ(OwnerOf("abc", 7), 479470107 % 7);
}

TEST(OwnerTest, EachTaskOwnsItsShare) {
  std::array<int, 4> owned{};
  for (int i = 0; i < 4'000; ++i) {
    const std::string route = "asset-" + std::to_string(i);
    EXPECT_EQ(OwnerOf(route, 1), 0);
    ++owned.at(static_cast<size_t>(OwnerOf(route, 4)));
  }
  for (const int share : owned) EXPECT_NEAR(share, 1'000, 150);
}

TEST(OwnerDeathTest, WithoutStateTasksThereIsNoOwner) {
  EXPECT_DEATH(OwnerOf("a", 0), "nobody keeps windows");
}

}  // namespace
}  // namespace riposte::pipeline
