#include "engine/pipeline/ticks.h"

#include <gtest/gtest.h>

namespace riposte::pipeline {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using Owed = std::vector<int32_t>;

constexpr Time kNow = TimeFromMs(1'800'000'000'000);
constexpr Time kEvent = kNow - hours(1);
constexpr Duration kMs{1};

class TicksTest : public testing::Test {
 protected:
  Owed At(Time now, Time watermark = kEvent, bool inputs_idle = false, bool has_windows = true) {
    Owed owed;
    ticks_.AppendOwed(
        {.watermark = watermark, .inputs_idle = inputs_idle, .has_windows = has_windows}, now,
        owed);
    return owed;
  }
  Ticks ticks_{3, 1, {}};
};

TEST_F(TicksTest, EachOtherStateTaskIsToldAtFirst) {
  EXPECT_EQ(At(kNow, Time::min()), (Owed{0, 2})) << "so that it waits, also before any record";
  EXPECT_EQ(At(kNow), Owed{});
}

TEST_F(TicksTest, AStatelessTaskTellsAll) {
  Ticks ticks(2, std::nullopt, {});
  Owed owed{7};
  ticks.AppendOwed({.watermark = kEvent, .inputs_idle = false, .has_windows = true}, kNow, owed);
  EXPECT_EQ(owed, (Owed{7, 0, 1}));
}

TEST_F(TicksTest, OneThatMovedIsToldOnceASecond) {
  At(kNow);
  EXPECT_EQ(At(kNow + seconds(1) - kMs, kEvent + kMs), Owed{});
  EXPECT_EQ(At(kNow + seconds(1), kEvent), Owed{}) << "it did not move";
  EXPECT_EQ(At(kNow + seconds(1), kEvent + kMs), (Owed{0, 2}));
  EXPECT_EQ(At(kNow + seconds(2) - kMs, kEvent + seconds(9)), Owed{});
}

TEST_F(TicksTest, ARecordIsATickToo) {
  At(kNow);
  ticks_.OnSent(2, kEvent + kMs, kNow + seconds(1));
  EXPECT_EQ(At(kNow + seconds(1), kEvent + kMs), Owed{0});
  EXPECT_EQ(At(kNow + seconds(9), kEvent + kMs), Owed{});
  EXPECT_EQ(At(kNow + seconds(9), kEvent + 2 * kMs), (Owed{0, 2}));
}

// Or it would be taken for idle, and what it still has would be late.
TEST_F(TicksTest, OneThatStandsStillSaysThatItIsThere) {
  At(kNow);
  EXPECT_EQ(At(kNow + seconds(10) - kMs), Owed{});
  EXPECT_EQ(At(kNow + seconds(10)), (Owed{0, 2}));
}

TEST_F(TicksTest, WithIdleInputsOrWithoutWindowsNothingIsOwed) {
  EXPECT_EQ(At(kNow, kEvent, true), Owed{});
  EXPECT_EQ(At(kNow, kEvent, false, false), Owed{});
  EXPECT_EQ(At(kNow, kEvent), (Owed{0, 2}));
}

TEST_F(TicksTest, AfterAnAbortAllIsToldAgain) {
  At(kNow);
  ticks_.OnAborted();
  EXPECT_EQ(At(kNow), (Owed{0, 2}));
}

TEST_F(TicksTest, AClockThatIsSetBackSilencesNobody) {
  At(kNow);
  EXPECT_EQ(At(kNow - hours(5), kEvent + kMs), Owed{});
  EXPECT_EQ(At(kNow - hours(5) + seconds(1), kEvent + kMs), (Owed{0, 2}));
}

}  // namespace
}  // namespace riposte::pipeline
