#include "engine/state/segments.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/state/memory_store.h"

namespace riposte::state {
namespace {

const StateKey kKey{.group = "group"};

uint16_t Put(MemoryStore& store, std::optional<std::string_view> value, uint16_t before) {
  std::vector<Change> changes;
  const uint16_t count = AppendChanges(kKey, value, before, changes);
  for (const Change& change : changes)
    EXPECT_LE(change.value.value_or("").size(), kSegmentBytesMax);
  EXPECT_TRUE(store.Apply(changes, {}).ok());
  return count;
}

size_t Records(const MemoryStore& store) {
  size_t count = 0;
  EXPECT_TRUE(
      store.Scan("", [&](std::string_view, std::string_view) { return ++count, true; }).ok());
  return count;
}

std::string Noise(size_t size, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::string noise(size, '\0');
  for (char& c : noise) c = static_cast<char>(random());
  return noise;
}

// From each size to each other one: what is left of the former is gone.
TEST(SegmentsTest, AStateOfAnySizeIsReadBackAndLeavesNothingBehind) {
  const size_t one = kSegmentBytesMax - 1;
  const std::vector<size_t> sizes = {0,
                                     1,
                                     one - 1,
                                     one,
                                     one + 1,
                                     2 * kSegmentBytesMax - 2,
                                     2 * kSegmentBytesMax - 1,
                                     2 * kSegmentBytesMax,
                                     100'000,
                                     3'000'000,
                                     kStateBytesMax};
  MemoryStore store;
  uint16_t segments = 0;
  std::mt19937_64 random(7);
  for (int round = 0; round < 200; ++round) {
    const std::string value = Noise(sizes[random() % sizes.size()], random());
    segments = Put(store, value, segments);
    const Result<std::optional<Whole>> read = ReadState(store, kKey);
    ASSERT_TRUE(read.ok() && *read);
    ASSERT_EQ((**read).value, value);
    EXPECT_EQ((**read).segments, segments);
    EXPECT_EQ(Records(store), segments);
  }
  EXPECT_EQ(Put(store, std::nullopt, segments), 0);
  EXPECT_EQ(Records(store), 0u);
  const Result<std::optional<Whole>> gone = ReadState(store, kKey);
  EXPECT_TRUE(gone.ok() && !*gone);
}

TEST(SegmentsTest, TheLargestStateHasTheMostSegments) {
  std::vector<Change> changes;
  EXPECT_EQ(AppendChanges(kKey, Noise(kStateBytesMax, 1), 0, changes), kSegmentsMax);
}

TEST(SegmentsTest, WhatIsNotWholeIsDamage) {
  MemoryStore store;
  Put(store, Noise(40'000, 1), 0);
  const std::vector<Change> hole = {{.key = RecordKey(kKey, 1), .value = std::nullopt}};
  ASSERT_TRUE(store.Apply(hole, {}).ok());
  EXPECT_EQ(ReadState(store, kKey).status().code(), ErrorCode::kDamaged);
  for (const std::string& first :
       {std::string(), std::string(1, '\0'), std::string("\xff\xff\x03")}) {
    const std::vector<Change> bad = {{.key = RecordKey(kKey, 0), .value = first}};
    ASSERT_TRUE(store.Apply(bad, {}).ok());
    EXPECT_EQ(ReadState(store, kKey).status().code(), ErrorCode::kDamaged);
  }
}

}  // namespace
}  // namespace riposte::state
