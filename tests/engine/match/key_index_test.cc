#include "engine/match/key_index.h"

#include <random>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace riposte::match {
namespace {

TEST(KeyIndex, EmptyFindsNothing) {
  const KeyIndex made;
  EXPECT_EQ(made.Find(1), std::nullopt);
  const KeyIndex built = KeyIndex::Build({});
  EXPECT_EQ(built.Find(1), std::nullopt);
  EXPECT_EQ(built.Find(~uint64_t{0}), std::nullopt);
}

TEST(KeyIndex, FindsEachKeyAndNoOther) {
  std::mt19937_64 random(1);
  std::vector<std::pair<uint64_t, uint32_t>> entries;
  for (uint32_t i = 0; i < 5000; ++i) entries.emplace_back(random() | 1u, i);
  const KeyIndex index = KeyIndex::Build(entries);
  for (const auto& [key, number] : entries) {
    index.Prefetch(key);
    EXPECT_EQ(index.Find(key), number);
    EXPECT_EQ(index.Find(key ^ 2u), std::nullopt);
  }
}

// All want the same place, the last one of the table.
TEST(KeyIndex, KeysThatCollideStayApart) {
  std::vector<std::pair<uint64_t, uint32_t>> entries;
  for (uint32_t i = 1; i <= 20; ++i) entries.emplace_back(uint64_t{i} << 32 | 0xffffffffu, i);
  const KeyIndex index = KeyIndex::Build(entries);
  for (uint32_t i = 1; i <= 20; ++i) EXPECT_EQ(index.Find(uint64_t{i} << 32 | 0xffffffffu), i);
  EXPECT_EQ(index.Find(uint64_t{21} << 32 | 0xffffffffu), std::nullopt);
}

}  // namespace
}  // namespace riposte::match
