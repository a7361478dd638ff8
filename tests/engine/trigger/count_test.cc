#include "engine/trigger/count.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace riposte::trigger {
namespace {

constexpr Duration kLateness(100);

// One group; each occurrence says what became of it.
class CountTest : public testing::Test {
 protected:
  void Use(const rule::Count& count) { criterion_ = CountCriterion(count, kLateness); }

  std::string At(int64_t ms, std::string_view value = "v", double number = 0) {
    return At(ms, ++order_, value, number);
  }
  std::string At(int64_t ms, uint64_t order, std::string_view value, double number) {
    outcome_ = {};
    const Occurrence occurrence{.place = {.time = TimeFromMs(ms), .order = order},
                                .event = value,
                                .value = value,
                                .number = number};
    return std::string(FateName(criterion_.OnOccurrence(state_, occurrence, outcome_)));
  }

  static rule::Count Three() {
    rule::Count count;
    count.threshold = 3;
    count.within = Duration(10);
    count.cooldown = Duration(20);
    return count;
  }

  rule::Count three_ = Three();
  CountCriterion criterion_{three_, kLateness};
  CountState state_;
  Outcome outcome_;
  uint64_t order_ = 0;
};

TEST_F(CountTest, ExactlyWithinIsInside) {
  EXPECT_EQ(At(1000), "counted");
  EXPECT_EQ(At(1005), "counted");
  EXPECT_EQ(At(1011), "counted");
  EXPECT_EQ(At(1015), "fired");
  EXPECT_EQ(outcome_.fired.at(0).matches, 3);
}

TEST_F(CountTest, EachComparisonIsJudgedAtItsThreshold) {
  using rule::Comparison;
  struct Row {
    Comparison comparison;
    const char *below, *equal, *above;
  };
  for (const Row& row : {Row{Comparison::kAtLeast, "counted", "fired", "fired"},
                         Row{Comparison::kMoreThan, "counted", "counted", "fired"},
                         Row{Comparison::kAtMost, "fired", "fired", "counted"},
                         Row{Comparison::kLessThan, "fired", "counted", "counted"},
                         Row{Comparison::kEqual, "counted", "fired", "counted"},
                         Row{Comparison::kNotEqual, "fired", "counted", "fired"}}) {
    three_.measure = rule::Measure::kSum;
    three_.comparison = row.comparison;
    Use(three_);
    const auto fate_of = [&](double number) {
      state_ = {};
      return At(1000, "v", number);
    };
    EXPECT_EQ(fate_of(2.5), row.below);
    EXPECT_EQ(fate_of(3), row.equal);
    EXPECT_EQ(fate_of(3.5), row.above);
  }
}

TEST_F(CountTest, TheCooldownEndsAfterItsLastMillisecond) {
  for (const int64_t ms : {1000, 1000}) At(ms);
  EXPECT_EQ(At(1000), "fired");
  EXPECT_EQ(At(1020), "joined");
  EXPECT_EQ(At(990), "joined");
  EXPECT_EQ(At(1021), "counted");
  ASSERT_EQ(outcome_.closed.size(), 1u);
  EXPECT_EQ(outcome_.closed[0].joined.count, 2);
  const Kept completed_by{.place = {.time = TimeFromMs(1000), .order = 3}, .event = "v"};
  EXPECT_EQ(outcome_.closed[0].completed_by, completed_by);
  EXPECT_EQ(At(1020), "late");
}

TEST_F(CountTest, WhatIsOlderJoinsTheOpenFiringOfALaterOne) {
  for (const int64_t ms : {1000, 1000, 1000, 1050, 1050}) At(ms);
  EXPECT_EQ(At(1050), "fired");
  EXPECT_EQ(At(1001), "joined");
  EXPECT_EQ(outcome_.fired.size() + outcome_.closed.size(), 0u);
}

TEST_F(CountTest, ExactlyTheLatenessBehindIsInTime) {
  At(1000);
  EXPECT_EQ(At(900), "counted");
  EXPECT_EQ(At(899), "late");
}

TEST_F(CountTest, WhatArrivesOutOfOrderCompletesItsWindow) {
  At(1000);
  At(1010);
  At(1050);
  EXPECT_EQ(At(1005), "fired");
  EXPECT_EQ(outcome_.fired.at(0).time, TimeFromMs(1010));
  EXPECT_TRUE(outcome_.closed.empty()) << "nothing joined";
  EXPECT_EQ(state_.window.size(), 1u);
}

TEST_F(CountTest, WithoutACooldownOnlyTheWindowIsUsedUp) {
  three_.cooldown = Duration(0);
  Use(three_);
  for (const int64_t ms : {1000, 1005}) At(ms);
  EXPECT_EQ(At(1010), "fired");
  EXPECT_EQ(At(1000), "counted");
  EXPECT_EQ(At(999), "late");
}

// The window that ends at 1095 lacks one, and more came behind it than are remembered.
TEST_F(CountTest, WhatArrivedCompletesIfTheEndOfTheWindowIsNotRemembered) {
  for (const int64_t behind : {20, 19}) {
    SCOPED_TRACE(behind);
    Use({.threshold = 45, .within = Duration(100), .cooldown = Duration(0)});
    state_ = {};
    for (int i = 0; i < 30; ++i) At(1000);
    for (int i = 0; i < 14; ++i) At(1095);
    const Place end{.time = TimeFromMs(1095), .order = order_};
    for (int64_t i = 0; i < behind; ++i) At(1105 + i);
    ASSERT_EQ(At(1050), "fired");
    const Completion& fired = outcome_.fired.at(0);
    EXPECT_EQ(fired.time, end.time);
    EXPECT_EQ(fired.matches, 45);
    const Place arrived{.time = TimeFromMs(1050), .order = order_};
    EXPECT_EQ(fired.completed_by, behind == 20 ? arrived : end);
    const bool is_told =
        std::ranges::find(fired.events, fired.completed_by, &Kept::place) != fired.events.end();
    EXPECT_TRUE(is_told);
    EXPECT_LE(fired.events.size(), 2 * Tally::kEnds + 1);
  }
}

TEST_F(CountTest, TheWatermarkClosesTheCooldown) {
  for (const int64_t ms : {1000, 1000, 1000, 1001}) At(ms);
  EXPECT_EQ(criterion_.NextDeadline(state_), TimeFromMs(1020));
  criterion_.OnTime(state_, TimeFromMs(1020), outcome_);
  EXPECT_TRUE(outcome_.closed.empty());
  criterion_.OnTime(state_, TimeFromMs(1021), outcome_);
  EXPECT_EQ(outcome_.closed.size(), 1u);
  EXPECT_EQ(criterion_.IdleFrom(state_), TimeFromMs(1120));
  EXPECT_FALSE(criterion_.IsIdle(state_, TimeFromMs(1120)));
  EXPECT_TRUE(criterion_.IsIdle(state_, TimeFromMs(1121)));
}

TEST_F(CountTest, TheSummaryHasTheFirstAndTheLast) {
  for (int i = 0; i < 3 + 50; ++i) At(1000);
  At(1021);
  const Tally& joined = outcome_.closed.at(0).joined;
  EXPECT_EQ(joined.count, 50);
  EXPECT_EQ(joined.first.front().place.order, 4u);
  EXPECT_EQ(joined.first.size(), Tally::kEnds);
  EXPECT_EQ(joined.last.size(), Tally::kEnds);
  EXPECT_EQ(joined.last.back().place.order, 53u);
}

TEST_F(CountTest, BeyondTheBoundTheOldestGoes) {
  three_.threshold = 1e6;
  Use(three_);
  for (size_t i = 0; i < CountBounds{}.kept; ++i) ASSERT_EQ(At(1000), "counted");
  EXPECT_EQ(At(1000), "overflow");
  EXPECT_EQ(state_.window.size(), CountBounds{}.kept);
  EXPECT_EQ(state_.window[0].kept.place.order, 2u);
}

TEST_F(CountTest, AValueThatRepeatsStaysSmall) {
  three_.measure = rule::Measure::kDistinct;
  Use(three_);
  for (int i = 0; i < 100'000; ++i) ASSERT_EQ(At(1000 + i / 1000), "counted");
  EXPECT_LT(state_.window.size(), 100u);
  At(1099, "b");
  EXPECT_EQ(At(1099, "c"), "fired");
  // Those whose kept one lies before the window are not among them.
  EXPECT_GT(outcome_.fired.at(0).matches, 5'000);
  EXPECT_LE(outcome_.fired.at(0).matches, 11'002);
}

}  // namespace
}  // namespace riposte::trigger
