#include "engine/state/takeover.h"

#include <random>
#include <set>

#include <gtest/gtest.h>

#include "engine/state/memory_store.h"
#include "tests/engine/state/store_contract.h"

namespace riposte::state {
namespace {

constexpr Time kNow = TimeFromMs(1'000'000'000);
const Uuid kBirth = Uuid::Random();

ChangelogFacts Facts() {
  return {.birth = kBirth, .first = 100, .end = 200, .delete_retention = Duration(10'000)};
}

Mark At(int64_t next, Time written_at) {
  return {.changelog_birth = kBirth, .changelog_next = next, .written_at = written_at};
}

TEST(TakeoverTest, EachReasonHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (size_t i = 0; i < static_cast<size_t>(Unusable::kCount); ++i)
    names.insert(UnusableName(static_cast<Unusable>(i)));
  EXPECT_EQ(names.size(), static_cast<size_t>(Unusable::kCount));
}

TEST(TakeoverTest, AStoreIsOfUseIfTheChangelogCanBringItUpToDate) {
  const auto judge = [](const Mark& mark) { return JudgeStore(mark, Facts(), kNow); };
  EXPECT_EQ(JudgeStore(std::nullopt, Facts(), kNow), Unusable::kNone);
  EXPECT_EQ(judge(At(100, kNow)), Unusable::kNone);
  EXPECT_EQ(judge(At(200, kNow)), Unusable::kNone);
  EXPECT_EQ(judge(At(201, kNow)), Unusable::kAhead);
  EXPECT_EQ(judge(At(99, kNow)), Unusable::kGone);
  EXPECT_EQ(judge(At(150, kNow - Duration(4'999))), Unusable::kNone);
  EXPECT_EQ(judge(At(150, kNow - Duration(5'000))), Unusable::kTooOld);
  EXPECT_EQ(judge(At(150, kNow + Duration(1))), Unusable::kTooOld);
  Mark other = At(150, kNow);
  other.changelog_birth = Uuid::Random();
  EXPECT_EQ(judge(other), Unusable::kOtherChangelog);
}

TEST(ReplayTest, BeginsWhereTheStoreIs) {
  MemoryStore empty;
  EXPECT_EQ(Replay(empty, Facts(), kNow).from(), 100);
  MemoryStore store;
  ASSERT_TRUE(store.Apply({}, At(150, kNow)).ok());
  EXPECT_EQ(Replay(store, Facts(), kNow).from(), 150);
}

TEST(ReplayTest, WhatIsReadTwiceOrTooFarIsRefused) {
  MemoryStore store;
  Replay replay(store, Facts(), kNow);
  ASSERT_TRUE(replay.Add(110, "\x02k", "v").ok());
  EXPECT_EQ(replay.Add(110, "\x02k", "v").code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(replay.Add(109, "\x02k", "v").code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(replay.Add(200, "\x02k", "v").code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(replay.records(), 1);
}

// A deletion that the rest of the changelog holds is kept there for a time that began when the
// store was last up to date.
TEST(ReplayTest, AStoreIsAsOldAsBeforeUntilEverythingIsRead) {
  const std::string large(2u << 20, 'v');
  MemoryStore empty;
  Replay first(empty, Facts(), kNow);
  ASSERT_TRUE(first.Add(100, "\x02k", large).ok());
  EXPECT_EQ(empty.mark(), At(101, kNow)) << "a large batch is written at once";
  Replay second(empty, Facts(), kNow + Duration(3'000));
  EXPECT_EQ(second.from(), 101);
  ASSERT_TRUE(second.Add(101, "\x02k", large).ok());
  EXPECT_EQ(empty.mark(), At(102, kNow));
  ASSERT_TRUE(second.Finish(kNow + Duration(4'000)).ok());
  EXPECT_EQ(empty.mark(), At(200, kNow + Duration(4'000)));
}

// From any point of any changelog the store becomes what the whole of it says.
TEST(ReplayTest, ATailMakesOfAStoreWhatTheWholeChangelogSays) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 200; ++round) {
    const ChangelogFacts facts = Facts();
    MemoryStore store;
    Contents expected;
    const int64_t lag_from = facts.first + static_cast<int64_t>(random() % 101);
    std::vector<std::pair<int64_t, Change>> tail;
    for (int64_t offset = facts.first; offset < facts.end; ++offset) {
      for (Change& change : RandomChanges(random, expected)) {
        if (offset < lag_from) {
          ASSERT_TRUE(store.Apply({&change, 1}, At(offset + 1, kNow)).ok());
        } else {
          // One record an offset: the last of them.
          tail.emplace_back(offset, std::move(change));
        }
      }
    }
    // Also where nothing was written so far.
    ASSERT_TRUE(store.Apply({}, store.mark().value_or(At(facts.first, kNow))).ok());
    ChangelogFacts wide = facts;
    wide.end = facts.end + static_cast<int64_t>(tail.size()) + 1;
    Replay replay(store, wide, kNow);
    int64_t offset = replay.from();
    for (const auto& [ignored, change] : tail) {
      const std::optional<std::string_view> value =
          change.value ? std::optional<std::string_view>(*change.value) : std::nullopt;
      ASSERT_TRUE(replay.Add(offset++, change.key, value).ok());
    }
    ASSERT_TRUE(replay.Finish(kNow).ok());
    EXPECT_EQ(ContentsOf(store), expected);
    EXPECT_EQ(store.mark(), At(wide.end, kNow));
  }
}

}  // namespace
}  // namespace riposte::state
