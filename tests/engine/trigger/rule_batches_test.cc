#include "engine/trigger/rule_batches.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace riposte::trigger {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::vector<uint32_t> Commit(RuleBatches& batches) {
  std::vector<uint32_t> rules;
  batches.CommitOldest([&](uint32_t rule) { rules.push_back(rule); });
  return rules;
}

std::vector<uint32_t> Undo(RuleBatches& batches, Time watermark) {
  std::vector<uint32_t> rules;
  EXPECT_EQ(batches.UndoNewest([&](uint32_t rule) { rules.push_back(rule); }), watermark);
  return rules;
}

TEST(RuleBatchesTest, ARuleBeginsABatchOfItsOwnWithTheFirstTouch) {
  RuleBatches batches;
  EXPECT_FALSE(batches.Touch(3)) << "without a batch nothing is taken back";
  batches.Begin(TimeFromMs(10));
  EXPECT_TRUE(batches.Touch(3));
  EXPECT_FALSE(batches.Touch(3));
  batches.Begin(TimeFromMs(20));
  EXPECT_TRUE(batches.Touch(3));
  EXPECT_EQ(batches.size(), 2u);
}

TEST(RuleBatchesTest, TheOldestIsCommittedAndTheNewestUndone) {
  RuleBatches batches;
  batches.Begin(TimeFromMs(10));
  batches.Touch(3);
  batches.Begin(TimeFromMs(20));
  for (const uint32_t rule : {7, 2}) batches.Touch(rule);
  batches.Begin(TimeFromMs(30));
  EXPECT_THAT(batches.Newest(), IsEmpty());
  EXPECT_THAT(Undo(batches, TimeFromMs(30)), IsEmpty());
  EXPECT_THAT(batches.Newest(), ElementsAre(2, 7));
  EXPECT_THAT(Commit(batches), ElementsAre(3));
  EXPECT_THAT(Undo(batches, TimeFromMs(20)), UnorderedElementsAre(2, 7));
  EXPECT_TRUE(batches.empty());
  EXPECT_THAT(batches.Newest(), IsEmpty());
}

TEST(RuleBatchesTest, WhatIsTakenOverHasTheNewIndexesAndNothingOfRulesThatAreGone) {
  RuleBatches old, batches;
  old.Begin(TimeFromMs(10));
  for (const uint32_t rule : {1, 2}) old.Touch(rule);
  old.Begin(TimeFromMs(20));
  batches.TakeOver(old, {{1, 5}});
  EXPECT_EQ(batches.size(), 2u);
  EXPECT_THAT(Undo(batches, TimeFromMs(20)), IsEmpty());
  EXPECT_THAT(Undo(batches, TimeFromMs(10)), ElementsAre(5));
}

TEST(RuleBatchesDeathTest, NothingEndsThatDidNotBegin) {
  RuleBatches batches;
  EXPECT_DEATH(Commit(batches), "no batch is open");
  EXPECT_DEATH(Undo(batches, {}), "no batch is open");
}

}  // namespace
}  // namespace riposte::trigger
