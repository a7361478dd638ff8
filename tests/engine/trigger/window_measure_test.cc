#include "engine/trigger/window_measure.h"

#include <limits>

#include <gtest/gtest.h>

namespace riposte::trigger {
namespace {

using rule::Measure;

Occurrence Number(double number) {
  Occurrence occurrence;
  occurrence.number = number;
  return occurrence;
}

Occurrence NoValue() {
  Occurrence occurrence;
  occurrence.has_value = false;
  return occurrence;
}

TEST(WindowMeasureTest, TheNearestRankIsExactForEachTenthOfAPercent) {
  for (size_t tenths = 1; tenths <= 1000; ++tenths)
    for (const size_t size : {1u, 2u, 3u, 7u, 10u, 99u, 100u, 1000u, 9999u, 10000u})
      ASSERT_EQ(NearestRank(static_cast<double>(tenths) / 10, size), (tenths * size + 999) / 1000)
          << tenths << " of " << size;
}

TEST(WindowMeasureTest, OnlyFiniteNumbersAreMeasured) {
  for (const double number :
       {std::numeric_limits<double>::infinity(), 1e301, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_FALSE(IsMeasurable(Measure::kSum, Number(number)));
    EXPECT_TRUE(IsMeasurable(Measure::kDistinct, Number(number)));
  }
  EXPECT_TRUE(IsMeasurable(Measure::kSum, Number(-1e300)));
  EXPECT_FALSE(IsMeasurable(Measure::kSum, NoValue()));
  EXPECT_FALSE(IsMeasurable(Measure::kDistinct, NoValue()));
  EXPECT_TRUE(IsMeasurable(Measure::kMatches, NoValue()));
  EXPECT_EQ(MarkOf(Measure::kSum, Number(-0.0)), MarkOf(Measure::kSum, Number(0.0)));
}

TEST(WindowMeasureTest, EachMeasureFollowsWhatEntersAndLeaves) {
  const auto after = [](Measure measure) {
    WindowMeasure window(measure, 50);
    for (const double number : {9.0, 1.0, 5.0, 1.0})
      window.Add(MarkOf(Measure::kSum, Number(number)));
    window.Remove(MarkOf(Measure::kSum, Number(9)));
    return window.Value();
  };
  EXPECT_EQ(after(Measure::kMatches), 3);
  EXPECT_EQ(after(Measure::kDistinct), 2);
  EXPECT_EQ(after(Measure::kSum), 7);
  EXPECT_EQ(after(Measure::kAverage), 7.0 / 3);
  EXPECT_EQ(after(Measure::kPercentile), 1);
}

}  // namespace
}  // namespace riposte::trigger
