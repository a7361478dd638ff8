#include "engine/match/epoch_memo.h"

#include <gtest/gtest.h>

namespace riposte::match {
namespace {

TEST(EpochMemo, ForgetsWhenAnEpochBegins) {
  EpochMemo memo;
  memo.Begin(3);
  EXPECT_FALSE(memo.Has(1));
  memo.Set(1, 2);
  memo.Set(2, 0);
  EXPECT_TRUE(memo.Has(1));
  EXPECT_EQ(memo.Get(1), 2u);
  EXPECT_TRUE(memo.Has(2));
  EXPECT_EQ(memo.Get(2), 0u);
  EXPECT_FALSE(memo.Has(0));
  memo.Begin(3);
  for (size_t i = 0; i < 3; ++i) EXPECT_FALSE(memo.Has(i)) << i;
}

TEST(EpochMemo, InsertTellsTheFirstTime) {
  EpochMemo memo;
  for (int event = 0; event < 3; ++event) {
    memo.Begin(2);
    EXPECT_TRUE(memo.Insert(1));
    EXPECT_FALSE(memo.Insert(1));
  }
}

TEST(EpochMemo, GrowsAndDoesNotShrink) {
  EpochMemo memo;
  memo.Begin(1);
  memo.Set(0, 1);
  memo.Begin(100);
  EXPECT_FALSE(memo.Has(99));
  memo.Set(99, 3);
  memo.Begin(1);
  memo.Begin(100);
  EXPECT_FALSE(memo.Has(99));
}

// Half an hour of events, and the numbers of the epochs come round.
TEST(EpochMemo, OldNotesDoNotComeBackWhenEpochsAreUsedUp) {
  EpochMemo late(EpochMemo::kLastEpoch - 1);
  late.Begin(2);
  late.Set(0, 1);  // in the last epoch
  late.Begin(2);   // epoch 1
  EXPECT_FALSE(late.Has(0));
  EXPECT_FALSE(late.Has(1)) << "what never was noted";
  late.Set(1, 2);
  EXPECT_EQ(late.Get(1), 2u);
  late.Begin(2);
  EXPECT_FALSE(late.Has(1));
}

}  // namespace
}  // namespace riposte::match
