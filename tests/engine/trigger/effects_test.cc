#include "engine/trigger/effects.h"

#include <gtest/gtest.h>

namespace riposte::trigger {
namespace {

TEST(FateCountsTest, CountsByRuleAndFate) {
  FateCounts counts;
  counts.Add(7, Fate::kLate);
  counts.Add(2, Fate::kFired);
  counts.Add(7, Fate::kLate);
  EXPECT_EQ(counts.rules(), (std::vector<uint32_t>{7, 2}));
  EXPECT_EQ(counts.of(7)[static_cast<size_t>(Fate::kLate)], 2u);
  EXPECT_EQ(counts.of(7)[static_cast<size_t>(Fate::kFired)], 0u);
  EXPECT_EQ(counts.of(2)[static_cast<size_t>(Fate::kFired)], 1u);
}

TEST(EffectsTest, AreEmptyOnceCleared) {
  Effects effects;
  effects.firings.emplace_back();
  effects.closed.emplace_back();
  effects.evicted.emplace_back();
  effects.chained.emplace_back();
  effects.chained_lost = 1;
  effects.fates.Add(3, Fate::kCounted);
  effects.Clear();
  EXPECT_TRUE(effects.firings.empty() && effects.closed.empty() && effects.evicted.empty() &&
              effects.chained.empty() && effects.fates.rules().empty());
  EXPECT_EQ(effects.chained_lost, 0u);
  effects.fates.Add(3, Fate::kCounted);
  EXPECT_EQ(effects.fates.of(3)[static_cast<size_t>(Fate::kCounted)], 1u);
}

}  // namespace
}  // namespace riposte::trigger
