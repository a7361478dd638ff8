#include "engine/state/compare.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/state/birth.h"
#include "engine/state/memory_store.h"
#include "tests/engine/state/listed_changelog.h"

namespace riposte::state {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Kind = Difference::Kind;

Change Put(const std::string& key, const std::string& value) {
  return {.key = key, .value = value};
}
Change Delete(const std::string& key) { return {.key = key, .value = std::nullopt}; }

// A changelog and the store of its task.
class CompareTest : public testing::Test {
 protected:
  CompareTest() { Commit({BirthOf(birth_)}); }
  void Write(const std::vector<Change>& changes) { next_ = changelog_.Append(changes); }
  void Store(const std::vector<Change>& changes) {
    ASSERT_TRUE(store_
                    .Apply(changes, {.changelog_birth = birth_,
                                     .changelog_next = next_,
                                     .written_at = TimeFromMs(1)})
                    .ok());
  }
  void Commit(const std::vector<Change>& changes) {
    Write(changes);
    Store(changes);
  }
  Comparison Compared(size_t examples = 10) {
    const Result<Comparison> comparison = Compare(store_, changelog_, examples);
    EXPECT_TRUE(comparison.ok()) << comparison.status().message();
    return comparison.ok() ? *comparison : Comparison();
  }

  const Uuid birth_ = Uuid::Random();
  ListedChangelog changelog_;
  MemoryStore store_;
  int64_t next_ = 0;
};

TEST_F(CompareTest, WhatWasCommittedIsTheSame) {
  Commit({Put("a", "1"), Put("b", "1")});
  Commit({Put("a", "2"), Delete("b"), Put("c", "")});
  const Comparison comparison = Compared();
  EXPECT_EQ(comparison.unusable, Unusable::kNone);
  EXPECT_EQ(comparison.same, 3u);  // with the birth
  EXPECT_EQ(comparison.differences(), 0u);
  EXPECT_EQ(comparison.behind, 0u);
}

TEST_F(CompareTest, WhatCameAfterTheMarkIsNoDifference) {
  Commit({Put("a", "1"), Put("b", "1")});
  Write({Put("a", "2"), Delete("b"), Put("c", "1")});
  const Comparison comparison = Compared();
  EXPECT_EQ(comparison.behind, 3u);
  EXPECT_EQ(comparison.same, 3u);
  EXPECT_EQ(comparison.differences(), 0u);
}

TEST_F(CompareTest, EachDifferenceIsTold) {
  Commit({Put("a", "1"), Put("b", "1"), Put("c", "1"), Put("d", "1")});
  Store({Put("a", "2"), Delete("b"), Put("e", "1")});
  Write({Put("d", "2")});
  const Comparison comparison = Compared();
  EXPECT_EQ(comparison.other, 1u);
  EXPECT_EQ(comparison.missing, 1u);
  EXPECT_EQ(comparison.extra, 1u);
  EXPECT_EQ(comparison.same, 3u);
  EXPECT_THAT(comparison.examples, ElementsAre(Difference{.kind = Kind::kOther, .key = "a"},
                                               Difference{.kind = Kind::kMissing, .key = "b"},
                                               Difference{.kind = Kind::kExtra, .key = "e"}));
  EXPECT_EQ(Compared(1).examples.size(), 1u);
  EXPECT_THAT(Compared(0).examples, IsEmpty());
}

// A deletion that the store did not take, and one that it should not have.
TEST_F(CompareTest, DeletionsCount) {
  Commit({Put("a", "1"), Put("b", "1")});
  Write({Delete("a")});
  Store({});
  EXPECT_EQ(Compared().extra, 1u);
  Store({Delete("a"), Delete("b")});
  EXPECT_EQ(Compared().missing, 1u);
  EXPECT_EQ(Compared().extra, 0u);
}

// The place of a commit was not told: the store has it, its mark does not.
TEST_F(CompareTest, WhatTheStoreHasFromBehindItsMarkIsNewer) {
  Commit({Put("a", "1"), Put("b", "1")});
  const int64_t before = next_;
  Write({Put("a", "2"), Delete("b"), Put("c", "2")});
  next_ = before;
  Store({Put("a", "2"), Delete("b"), Put("c", "2")});
  const Comparison comparison = Compared();
  EXPECT_EQ(comparison.newer, 3u);
  EXPECT_EQ(comparison.differences(), 0u);
}

TEST_F(CompareTest, WhatCompactionRemovedIsNotGuessed) {
  Commit({Put("a", "1"), Put("b", "1")});
  Write({Put("a", "2")});
  changelog_.Compact();
  Comparison comparison = Compared();
  EXPECT_EQ(comparison.superseded, 1u);
  EXPECT_EQ(comparison.differences(), 0u);
  Store({Put("z", "1")});  // the mark takes what came after it as read, and the value is old
  comparison = Compared();
  EXPECT_EQ(comparison.superseded, 0u);
  EXPECT_EQ(comparison.other, 1u);
  EXPECT_EQ(comparison.extra, 1u);
}

TEST_F(CompareTest, AStoreOfAnotherChangelogIsNotCompared) {
  ListedChangelog other;
  other.Append({BirthOf(Uuid::Random()), Put("a", "1")});
  Result<Comparison> comparison = Compare(store_, other, 1);
  ASSERT_TRUE(comparison.ok());
  EXPECT_EQ(comparison->unusable, Unusable::kOtherChangelog);
  EXPECT_EQ(comparison->differences(), 0u);
  ListedChangelog empty;
  EXPECT_EQ(Compare(store_, empty, 1)->unusable, Unusable::kOtherChangelog);
}

TEST_F(CompareTest, AStoreAheadOfItsChangelogOrFarBehindIsNotCompared) {
  next_ = changelog_.end;
  Store({});
  EXPECT_EQ(Compared().unusable, Unusable::kNone);
  next_ = changelog_.end + 1;
  Store({});
  EXPECT_EQ(Compared().unusable, Unusable::kAhead);
  Write({Put("a", "1")});
  Store({});
  Write({BirthOf(birth_)});
  changelog_.records.erase(0);
  changelog_.records.erase(2);
  changelog_.first = next_ - 1;
  EXPECT_EQ(Compared().unusable, Unusable::kGone);
}

TEST_F(CompareTest, AStoreWithoutAMarkHasAllBeforeIt) {
  const MemoryStore fresh;
  Write({Put("a", "1")});
  const Result<Comparison> comparison = Compare(fresh, changelog_, 1);
  ASSERT_TRUE(comparison.ok());
  EXPECT_EQ(comparison->behind, 2u);
  EXPECT_EQ(comparison->differences(), 0u);
}

TEST_F(CompareTest, AChangelogThatCannotBeReadIsTold) {
  changelog_.failure = {ErrorCode::kTimeout, "no broker"};
  EXPECT_EQ(Compare(store_, changelog_, 1).status().code(), ErrorCode::kTimeout);
  changelog_.failure = Status::Ok();
  changelog_.records[0] = Put("a", "1");
  EXPECT_EQ(Compare(store_, changelog_, 1).status().code(), ErrorCode::kDamaged);
}

// Random commits of which the store takes some, with compaction; then one record of the store is
// changed behind its back.
TEST_F(CompareTest, FindsOneWrongRecordAmongRandomOnes) {
  std::mt19937_64 random(17);
  for (int round = 0; round < 300; ++round) {
    ListedChangelog changelog;
    MemoryStore store;
    std::map<std::string, std::string> at_mark;
    std::vector<Change> pending = {BirthOf(birth_)};
    const int commits = 1 + static_cast<int>(random() % 20);
    const int taken = 1 + static_cast<int>(random() % 20);
    for (int commit = 0; commit < commits; ++commit) {
      for (uint64_t i = random() % 5; i > 0; --i) {
        const std::string key(1, static_cast<char>('a' + random() % 8));
        std::erase_if(pending, [&](const Change& change) { return change.key == key; });
        pending.push_back(random() % 3 == 0 ? Delete(key) : Put(key, std::to_string(random() % 9)));
      }
      const int64_t next = changelog.Append(pending);
      if (commit < taken) {
        for (const Change& change : pending) {
          if (change.value) at_mark[change.key] = *change.value;
          if (!change.value) at_mark.erase(change.key);
        }
        ASSERT_TRUE(store.Apply(pending, {.changelog_birth = birth_, .changelog_next = next}).ok());
      }
      pending.clear();
    }
    if (random() % 2 == 0) changelog.Compact();
    Result<Comparison> comparison = Compare(store, changelog, 3);
    ASSERT_TRUE(comparison.ok()) << comparison.status().message();
    EXPECT_THAT(comparison->examples, IsEmpty()) << round;
    // A value that compaction removed may have been written again.
    EXPECT_EQ(comparison->same + comparison->superseded + comparison->newer, at_mark.size())
        << round;
    const std::string key(1, static_cast<char>('a' + random() % 9));
    const std::vector<Change> wrong = {Put(key, "wrong")};
    ASSERT_TRUE(store.Apply(wrong, *store.mark()).ok());
    comparison = Compare(store, changelog, 3);
    ASSERT_TRUE(comparison.ok());
    // Unless nobody can tell: it came after the mark, or compaction removed what it was.
    EXPECT_GE(comparison->differences() + comparison->superseded, 1u) << round;
    for (const Difference& difference : comparison->examples) EXPECT_EQ(difference.key, key);
  }
}

}  // namespace
}  // namespace riposte::state
