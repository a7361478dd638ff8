#include "engine/match/sampling.h"

#include <thread>

#include <gtest/gtest.h>

namespace riposte::match {
namespace {

TEST(Sampler, TheLastOfEachSoMany) {
  Sampler sampler(3);
  EXPECT_EQ(sampler.every(), 3u);
  for (int round = 0; round < 2; ++round) {
    EXPECT_FALSE(sampler.Next());
    EXPECT_FALSE(sampler.Next());
    EXPECT_TRUE(sampler.Next());
  }
  Sampler each(1);
  EXPECT_TRUE(each.Next());
  EXPECT_TRUE(each.Next());
}

// Events that come in rounds: each place of a round is timed in its turn.
TEST(Sampler, RoundsOfPowersOfTwoAreSeenWhole) {
  for (const uint32_t round : {2u, 8u, 256u}) {
    Sampler sampler;
    std::vector<uint32_t> seen(round);
    for (uint32_t i = 0; i < Sampler::kEvery * round; ++i)
      if (sampler.Next()) ++seen[i % round];
    for (const uint32_t times : seen) EXPECT_EQ(times, 1u) << round;
  }
}

TEST(Lap, TimesWhatIsBetween) {
  Lap lap;
  lap.Begin();
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  const uint64_t first = lap.End();
  EXPECT_GE(first, 1'900'000u);
  EXPECT_GE(lap.End(), first) << "it goes on";
}

// Reading the clock takes tens of nanoseconds; left out, next to nothing remains of nothing.
TEST(Lap, LeavesOutWhatReadingTheClockTakes) {
  Lap lap;
  uint64_t least = UINT64_MAX;
  for (int i = 0; i < 1000; ++i) {
    lap.Begin();
    least = std::min(least, lap.End());
  }
  EXPECT_LE(least, 15u);
}

}  // namespace
}  // namespace riposte::match
