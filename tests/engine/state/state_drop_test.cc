#include "engine/state/state_drop.h"

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/state/memory_store.h"
#include "engine/state/segments.h"

namespace riposte::state {
namespace {

DefinitionId Id(uint8_t number) { return {number}; }

class StateDropTest : public testing::Test {
 protected:
  void Write(const DefinitionId& definition, const std::string& group, size_t bytes = 3) {
    std::vector<Change> changes;
    AppendChanges({.definition = definition, .group = group}, std::string(bytes, 'x'), 0, changes);
    ASSERT_TRUE(store_.Apply(changes, {}).ok());
  }
  void Silence(const DefinitionId& definition, const std::string& key) {
    std::vector<Change> changes;
    AppendChanges({.kind = Kind::kSuppress, .definition = definition, .group = key}, "x", 0,
                  changes);
    ASSERT_TRUE(store_.Apply(changes, {}).ok());
  }
  // A transaction of deletions alone; how many records.
  size_t Commit(StateDrop& drop, bool store_lags = false) {
    std::vector<Change> changes;
    EXPECT_TRUE(drop.Append(store_, store_lags, changes).ok());
    EXPECT_TRUE(store_.Apply(changes, {}).ok());
    drop.OnCommitted();
    return changes.size();
  }
  // "definition:group" of what is there.
  std::vector<std::string> Left() const {
    std::vector<std::string> left;
    for (const Kind kind : {Kind::kWindow, Kind::kSuppress})
      for (uint8_t number = 0; number < 10; ++number)
        EXPECT_TRUE(ScanStates(store_, kind, Id(number),
                               [&](std::string_view group, std::string_view, uint16_t) {
                                 left.push_back(std::to_string(number) + ":" + std::string(group));
                               })
                        .ok());
    return left;
  }

  MemoryStore store_;
};

TEST_F(StateDropTest, WhatIsSilencedGoesAsWindowsDo) {
  for (const char* key : {"a", "b"}) Silence(Id(1), key);
  Silence(Id(2), "c");
  Write(Id(3), "d");
  StateDrop drop(1);
  const std::vector<DefinitionId> live = {Id(2), Id(3)};
  ASSERT_TRUE(drop.Find(store_, live).ok());
  EXPECT_EQ(drop.definitions(), 1u);
  EXPECT_EQ(Commit(drop), 1u);
  EXPECT_EQ(drop.definitions(), 1u);
  EXPECT_EQ(Commit(drop), 1u);
  EXPECT_EQ(drop.definitions(), 0u);
  EXPECT_EQ(Left(), (std::vector<std::string>{"3:d", "2:c"}));
}

TEST_F(StateDropTest, AStartFindsWhatNoRuleHas) {
  Write(Id(1), "a");
  Write(Id(2), "b");
  Write(Id(3), "c");
  StateDrop drop(10);
  const std::vector<DefinitionId> live = {Id(2)};
  ASSERT_TRUE(drop.Find(store_, live).ok());
  EXPECT_EQ(drop.definitions(), 2u);
  EXPECT_EQ(Commit(drop), 2u);
  EXPECT_EQ(drop.definitions(), 0u);
  EXPECT_EQ(Left(), std::vector<std::string>{"2:b"});
  EXPECT_EQ(Commit(drop), 0u);
}

TEST_F(StateDropTest, NoMoreThanSoManyWithOneTransaction) {
  for (const char* group : {"a", "b", "c", "d", "e"}) Write(Id(1), group);
  StateDrop drop(2);
  ASSERT_TRUE(drop.Find(store_, {}).ok());
  EXPECT_EQ(Commit(drop), 2u);
  EXPECT_EQ(Commit(drop), 2u);
  EXPECT_EQ(drop.definitions(), 1u);
  EXPECT_EQ(Commit(drop), 1u);
  EXPECT_EQ(drop.definitions(), 0u);
}

TEST_F(StateDropTest, AStateGoesWholeOrNotAtAll) {
  Write(Id(1), "a", 3 * kSegmentBytesMax);
  Write(Id(1), "b", 3 * kSegmentBytesMax);
  StateDrop drop(1);
  ASSERT_TRUE(drop.Find(store_, {}).ok());
  EXPECT_EQ(Commit(drop), 4u);
  EXPECT_EQ(Left(), std::vector<std::string>{"1:b"});
}

TEST_F(StateDropTest, WhatEndsLaterGoesLater) {
  Write(Id(1), "a");
  StateDrop drop(10);
  const std::vector<DefinitionId> live = {Id(1)};
  ASSERT_TRUE(drop.Find(store_, live).ok());
  EXPECT_EQ(Commit(drop), 0u);
  drop.Change({});
  EXPECT_EQ(Commit(drop), 1u);
}

TEST_F(StateDropTest, WhatComesBackLosesAllFromBeforeAtOnce) {
  for (const char* group : {"a", "b", "c", "d", "e"}) Write(Id(1), group);
  StateDrop drop(2);
  const std::vector<DefinitionId> live = {Id(1)};
  ASSERT_TRUE(drop.Find(store_, live).ok());
  drop.Change({});
  drop.Change(live);
  EXPECT_EQ(Commit(drop, /*store_lags=*/true), 5u);
  EXPECT_TRUE(Left().empty());
  Write(Id(1), "new");
  EXPECT_EQ(Commit(drop), 0u);
  EXPECT_EQ(Left(), std::vector<std::string>{"1:new"});
}

TEST_F(StateDropTest, WhatIsUndoneIsDeletedAgain) {
  Write(Id(1), "a");
  StateDrop drop(10);
  ASSERT_TRUE(drop.Find(store_, {}).ok());
  std::vector<Change> changes;
  ASSERT_TRUE(drop.Append(store_, false, changes).ok());
  EXPECT_EQ(changes.size(), 1u);
  drop.Undo();
  EXPECT_EQ(Commit(drop), 1u);
}

TEST_F(StateDropTest, AStoreThatLagsIsLeftAlone) {
  Write(Id(1), "a");
  StateDrop drop(10);
  ASSERT_TRUE(drop.Find(store_, {}).ok());
  EXPECT_EQ(Commit(drop, /*store_lags=*/true), 0u);
  EXPECT_EQ(Commit(drop), 1u);
}

}  // namespace
}  // namespace riposte::state
