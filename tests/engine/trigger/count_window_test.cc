#include "engine/trigger/count_window.h"

#include <gtest/gtest.h>

namespace riposte::trigger {
namespace {

CountEntry At(int64_t ms, Mark mark) {
  return {
      .kept = {.place = {.time = TimeFromMs(ms), .order = static_cast<uint64_t>(ms)}, .event = {}},
      .mark = mark};
}

TEST(CountWindowTest, TheFollowedMeasureIsTheOneMeasuredAnew) {
  const WindowTerms terms{.measure = rule::Measure::kDistinct, .within = Duration(300)};
  CountWindow window;
  for (int64_t i = 0; i < 2000; ++i) {
    const int64_t late = i % 7 == 0 ? 150 : 0;
    window.Insert(terms, At(i * 3 - late, static_cast<Mark>(i * i % 61)));
    if (i % 11 == 0 && window.size() > 200) window.DropFront(40);
    CountWindow anew = window;
    ASSERT_EQ(window.MeasureAtLast(terms), anew.MeasureAtLast(terms)) << i;
    ASSERT_EQ(window, anew);
  }
}

TEST(CountWindowTest, OnlyAMiddleOneThatNoWindowNeedsIsFolded) {
  const auto left = [](int64_t outer) {
    CountWindow window({At(0, 1), At(1, 2), At(5, 1), At(outer, 1)});
    window.FoldRepeats(Duration(10));
    return window;
  };
  EXPECT_EQ(left(11).size(), 4u);
  EXPECT_EQ(left(10).size(), 3u);
  EXPECT_EQ(left(10)[0].repeats, 1u);
}

}  // namespace
}  // namespace riposte::trigger
