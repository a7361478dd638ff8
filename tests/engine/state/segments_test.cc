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

// Also groups whose records stand between those of another.
TEST(SegmentsTest, AllStatesOfADefinitionAreFound) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 50; ++round) {
    MemoryStore store;
    std::map<std::string, std::string> expected;
    std::vector<Change> changes;
    for (int i = 0; i < 40; ++i) {
      std::string group;
      for (uint64_t length = random() % 6; length > 0; --length)
        group.push_back(static_cast<char>(random() % 3));
      if (expected.contains(group)) continue;
      expected[group] = Noise(random() % 3 == 0 ? random() % 60'000 : random() % 10, random());
      AppendChanges({.group = group}, expected[group], 0, changes);
      AppendChanges({.kind = Kind::kSuppress, .group = group}, "other kind", 0, changes);
      StateKey other{.group = group};
      other.definition[15] = 1;
      AppendChanges(other, "other definition", 0, changes);
    }
    ASSERT_TRUE(store.Apply(changes, {}).ok());
    std::map<std::string, std::string> found;
    const EachState add = [&](std::string_view group, std::string_view value, uint16_t segments) {
      EXPECT_TRUE(found.emplace(group, value).second);
      std::vector<Change> ignored;
      EXPECT_EQ(segments, AppendChanges({.group = group}, value, 0, ignored));
    };
    ASSERT_TRUE(ScanStates(store, Kind::kWindow, {}, add).ok());
    EXPECT_EQ(found, expected);
  }
}

TEST(SegmentsTest, AMissingSegmentIsDamageToAScan) {
  const std::string value = Noise(3 * kSegmentBytesMax, 5);
  std::vector<Change> changes;
  AppendChanges(kKey, value, 0, changes);
  ASSERT_EQ(changes.size(), 4u);
  const EachState ignore = [](std::string_view, std::string_view, uint16_t) {};
  for (size_t missing = 0; missing < changes.size(); ++missing) {
    MemoryStore store;
    std::vector<Change> some = changes;
    some.erase(some.begin() + static_cast<std::ptrdiff_t>(missing));
    ASSERT_TRUE(store.Apply(some, {}).ok());
    EXPECT_EQ(ScanStates(store, Kind::kWindow, {}, ignore).code(), ErrorCode::kDamaged) << missing;
  }
  MemoryStore store;
  changes[0].value = "";
  ASSERT_TRUE(store.Apply(changes, {}).ok());
  EXPECT_EQ(ScanStates(store, Kind::kWindow, {}, ignore).code(), ErrorCode::kDamaged);
}

}  // namespace
}  // namespace riposte::state
