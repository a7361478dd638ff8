#include "engine/state/summary.h"

#include <map>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/state/birth.h"
#include "engine/state/memory_store.h"
#include "engine/state/segments.h"

namespace riposte::state {
namespace {

using testing::IsEmpty;

StateKey KeyOf(Kind kind, uint8_t definition, std::string_view group) {
  StateKey key{.kind = kind, .definition = {}, .group = group};
  key.definition.back() = definition;
  return key;
}

void Apply(MemoryStore& store, const std::vector<Change>& changes) {
  ASSERT_TRUE(store.Apply(changes, {}).ok());
}

void Put(MemoryStore& store, const StateKey& key, size_t bytes) {
  std::vector<Change> changes;
  AppendChanges(key, std::string(bytes, 'x'), 0, changes);
  Apply(store, changes);
}

StoreSummary SummaryOf(const Store& store, size_t largest = 3) {
  const Result<StoreSummary> summary = Summarize(store, largest);
  EXPECT_TRUE(summary.ok()) << summary.status().message();
  return *summary;
}

TEST(SummaryTest, AnEmptyStoreHoldsNothing) {
  const StoreSummary summary = SummaryOf(MemoryStore());
  EXPECT_EQ(summary.records, 0u);
  EXPECT_EQ(summary.damaged(), 0u);
  EXPECT_THAT(summary.definitions, IsEmpty());
}

// Against a plain count of what was put there; groups stand between each other's segments.
TEST(SummaryTest, CountsWhatThereIs) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 50; ++round) {
    MemoryStore store;
    using Place = std::pair<Kind, uint8_t>;
    std::map<Place, std::map<std::string, size_t>> expected;
    for (int i = 0; i < 30; ++i) {
      std::string group;
      for (uint64_t length = random() % 5; length > 0; --length)
        group.push_back(static_cast<char>(random() % 2));
      const Place place(random() % 2 == 0 ? Kind::kWindow : Kind::kSuppress, random() % 3);
      if (!expected[place].emplace(group, 0).second) continue;
      Put(store, KeyOf(place.first, place.second, group), random() % 60'000);
    }
    uint64_t records = 0, bytes = 0;
    ASSERT_TRUE(
        store
            .Scan("",
                  [&](std::string_view key, std::string_view value) {
                    ++records;
                    bytes += key.size() + value.size();
                    const StateKey parsed = ParseRecordKey(key)->key;
                    expected[{parsed.kind, parsed.definition.back()}][std::string(parsed.group)] +=
                        key.size() + value.size();
                    return true;
                  })
            .ok());
    const StoreSummary summary = SummaryOf(store, 4);
    EXPECT_EQ(summary.records, records);
    EXPECT_EQ(summary.bytes, bytes);
    EXPECT_EQ(summary.foreign, 0u);
    EXPECT_EQ(summary.damaged(), 0u);
    ASSERT_EQ(summary.definitions.size(), expected.size());
    for (const DefinitionSummary& definition : summary.definitions) {
      const std::map<std::string, size_t>& groups =
          expected.at({definition.kind, definition.definition.back()});
      EXPECT_EQ(definition.groups, groups.size());
      std::vector<std::pair<int64_t, std::string>> by_size;
      for (const auto& [group, size] : groups)
        by_size.emplace_back(-static_cast<int64_t>(size), group);
      std::ranges::sort(by_size);
      by_size.resize(std::min<size_t>(by_size.size(), 4));
      ASSERT_EQ(definition.largest.size(), by_size.size());
      for (size_t i = 0; i < by_size.size(); ++i) {
        EXPECT_EQ(definition.largest[i].group, by_size[i].second);
        EXPECT_EQ(definition.largest[i].bytes, static_cast<uint64_t>(-by_size[i].first));
      }
    }
  }
}

TEST(SummaryTest, TheBirthAndTheClockAreSomethingToo) {
  MemoryStore store;
  Apply(store, {BirthOf(Uuid::Random())});
  Put(store, KeyOf(Kind::kClock, 0, ""), 9);
  const StoreSummary summary = SummaryOf(store);
  ASSERT_EQ(summary.definitions.size(), 2u);
  EXPECT_EQ(summary.definitions[0].kind, Kind::kBirth);
  EXPECT_EQ(summary.definitions[0].records, 1u);
  EXPECT_EQ(summary.definitions[1].kind, Kind::kClock);
  EXPECT_EQ(summary.damaged(), 0u);
}

// A state of three segments, of which each is lost once, and first segments that say nonsense.
TEST(SummaryTest, WhatIsNotWholeIsCountedAsDamaged) {
  const StateKey key = KeyOf(Kind::kWindow, 1, "g");
  for (uint16_t lost = 0; lost < 3; ++lost) {
    MemoryStore store;
    Put(store, key, 40'000);
    Put(store, KeyOf(Kind::kWindow, 1, "whole"), 1);
    Apply(store, {{.key = RecordKey(key, lost), .value = std::nullopt}});
    const StoreSummary summary = SummaryOf(store);
    EXPECT_EQ(summary.damaged(), 2u) << lost;
    EXPECT_EQ(summary.definitions[0].groups, 1u);
  }
  for (const char* const first : {"", "\xff\xff\x03"}) {
    MemoryStore store;
    Apply(store, {{.key = RecordKey(key, 0), .value = first}});
    EXPECT_EQ(SummaryOf(store).damaged(), 1u);
  }
  MemoryStore store;
  Apply(store, {{.key = BirthOf({}).key, .value = "short"}});
  EXPECT_EQ(SummaryOf(store).damaged(), 1u);
}

TEST(SummaryTest, KeysThatAreNoneAreForeign) {
  MemoryStore store;
  Apply(store, {{.key = "k", .value = "v"}, {.key = std::string(40, '\x07'), .value = "v"}});
  const StoreSummary summary = SummaryOf(store);
  EXPECT_EQ(summary.foreign, 2u);
  EXPECT_EQ(summary.records, 2u);
  EXPECT_THAT(summary.definitions, IsEmpty());
}

class BrokenStore final : public Store {
 public:
  std::optional<Mark> mark() const override { return {}; }
  Result<std::optional<std::string>> Get(std::string_view) const override {
    return std::optional<std::string>();
  }
  Status Apply(std::span<const Change>, const Mark&) override { return Status::Ok(); }
  Status Scan(std::string_view, const Each&) const override {
    return {ErrorCode::kDamaged, "bad block"};
  }
};

TEST(SummaryTest, AStoreThatCannotBeReadIsTold) {
  EXPECT_EQ(Summarize(BrokenStore(), 1).status().code(), ErrorCode::kDamaged);
}

}  // namespace
}  // namespace riposte::state
