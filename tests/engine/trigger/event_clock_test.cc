#include "engine/trigger/event_clock.h"

#include <gtest/gtest.h>

namespace riposte::trigger {
namespace {

constexpr Duration kMillisecond{1};
constexpr Time kAppended = TimeFromMs(1'800'000'000'000);

TEST(EventClockTest, AnEventIsAtMostFiveMinutesAheadOfItsAppendTime) {
  const Time latest = kAppended + std::chrono::minutes(5);
  for (const Time in_time : {Time::min(), TimeFromMs(0), kAppended, latest - kMillisecond, latest})
    EXPECT_EQ(ClampEventTime(in_time, kAppended), in_time);
  EXPECT_EQ(ClampEventTime(latest + kMillisecond, kAppended), latest);
  EXPECT_EQ(ClampEventTime(Time::max(), kAppended), latest);
}

TEST(EventClockTest, TheEndsOfTimeAreNoTrap) {
  EXPECT_EQ(ClampEventTime(Time::max(), Time::max()), Time::max());
  EXPECT_EQ(ClampEventTime(Time::max(), Time::max() - kAheadMax), Time::max());
  EXPECT_EQ(ClampEventTime(Time::max(), Time::max() - kAheadMax - kMillisecond),
            Time::max() - kMillisecond);
  EXPECT_EQ(ClampEventTime(Time::max(), Time::min()), Time::min() + kAheadMax);
}

TEST(EventClockTest, TheSkewTellsHowFarTheEventIsBehind) {
  EXPECT_EQ(ClockSkew(kAppended - kMillisecond, kAppended), kMillisecond);
  EXPECT_EQ(ClockSkew(kAppended, kAppended), Duration(0));
  EXPECT_EQ(ClockSkew(kAppended + kMillisecond, kAppended), -kMillisecond);
  EXPECT_EQ(ClockSkew(Time::min(), kAppended), Duration::max());
  EXPECT_EQ(ClockSkew(Time::max(), Time::min()), Duration::min());
  EXPECT_EQ(ClockSkew(Time::max(), Time::max()), Duration(0));
}

}  // namespace
}  // namespace riposte::trigger
