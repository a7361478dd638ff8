#include "engine/trigger/count_window.h"

#include <utility>

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

// How many of the first ones have their event, and of the last ones, if those between have none.
std::pair<size_t, size_t> Told(const CountWindow& window) {
  std::pair<size_t, size_t> told;
  while (told.first < window.size() && !window[told.first].kept.event.empty()) ++told.first;
  while (told.second < window.size() && !window[window.size() - 1 - told.second].kept.event.empty())
    ++told.second;
  for (size_t i = told.first; i + told.second < window.size(); ++i)
    EXPECT_TRUE(window[i].kept.event.empty()) << i;
  return told;
}

TEST(CountWindowTest, TheFirstAndTheLastKeepTheirEvents) {
  const WindowTerms terms{.within = Duration(1000)};
  CountWindow window;
  const auto insert = [&](int64_t ms) {
    CountEntry entry = At(ms, 0);
    entry.kept.event = "e";
    window.Thin(window.Insert(terms, entry));
  };
  for (int64_t ms = 0; ms < 40; ++ms) insert(ms * 10);
  EXPECT_EQ(Told(window), (std::pair<size_t, size_t>(40, 40)));
  insert(400);
  EXPECT_EQ(Told(window), (std::pair<size_t, size_t>(20, 20)));
  for (const int64_t ms : {205, 5, 395, -5, 410, 195}) {
    insert(ms);
    EXPECT_EQ(Told(window), (std::pair<size_t, size_t>(20, 20))) << ms;
  }
  window.DropFront(5);
  EXPECT_EQ(Told(window), (std::pair<size_t, size_t>(15, 20)));
  insert(420);
  EXPECT_EQ(Told(window), (std::pair<size_t, size_t>(15, 20)));
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
