#include "engine/trigger/unordered.h"

#include <iostream>

#include "tests/engine/trigger/naive_unordered.h"
#include "tests/support/environment.h"

namespace riposte::trigger {
namespace {

using std::chrono::milliseconds;

rule::Unordered Unordered(int64_t within, std::vector<rule::Step> steps) {
  rule::Unordered unordered;
  unordered.within = milliseconds(within);
  unordered.steps = std::move(steps);
  return unordered;
}

constexpr StepSet kA = 1;
constexpr StepSet kB = 2;
constexpr StepSet kX = 4;

using Timeline = RowTimeline<UnorderedCriterion>;

std::string Play(const rule::Unordered& unordered, const std::vector<Row>& rows) {
  return Timeline(unordered).Play(rows);
}

const rule::Unordered kAb = Unordered(10, {PresentStep(), PresentStep()});
const rule::Unordered kAbNoX = Unordered(10, {PresentStep(), PresentStep(), AbsentStep()});

TEST(UnorderedTest, AllStepsInOneWindow) {
  EXPECT_EQ(Play(kAb, {{0, kA}, {10, kB}}), "10:0,1");
  EXPECT_EQ(Play(kAb, {{0, kB}, {10, kA}}), "10:0,1");
  EXPECT_EQ(Play(kAb, {{0, kA}, {11, kB}}), "");
  EXPECT_EQ(Play(kAb, {{0, kA}, {5, kA}, {7, kB}}), "7:0,1,2");
  EXPECT_EQ(Play(kAb, {{0, kA | kB}}), "0:0");
}

TEST(UnorderedTest, ACompletionTellsTheStepsThatEachEventFits) {
  Timeline timeline(kAb);
  for (const Row& row : {Row{0, kA}, {1, kA}, {2, kA | kB}}) timeline.Arrives(row);
  ASSERT_EQ(timeline.outcome_.fired.size(), 1u);
  EXPECT_EQ(timeline.outcome_.fired[0].steps, (std::vector<StepSet>{kA, kA, kA | kB}));
}

TEST(UnorderedTest, AFiringUsesUpAllUpToItsEnd) {
  EXPECT_EQ(Play(kAb, {{0, kA}, {1, kA}, {2, kB}, {3, kB}, {4, kA}}), "2:0,1,2 4:3,4");
  Timeline timeline(kAb);
  EXPECT_EQ(timeline.Play({{0, kA}, {4, kB}}), "4:0,1");
  EXPECT_EQ(timeline.Arrives({3, kA}), Fate::kJoined);
  EXPECT_EQ(timeline.Arrives({4, kA}), Fate::kCounted);
  EXPECT_EQ(timeline.Play({{5, kB}}), "5:3,4");
}

TEST(UnorderedTest, OutOfOrderTheEarliestEndFires) {
  EXPECT_EQ(Play(kAb, {{5, kB}, {8, kB}, {2, kA}}), "5:2,0");
  EXPECT_EQ(Play(kAb, {{12, kB}, {2, kA}}), "12:1,0");
  EXPECT_EQ(Play(kAb, {{12, kB}, {1, kA}}), "");
}

TEST(UnorderedTest, AtLeastAndDistinct) {
  const rule::Unordered twice = Unordered(10, {PresentStep(2), PresentStep()});
  EXPECT_EQ(Play(twice, {{0, kA, "x"}, {1, kB}, {2, kA, "x"}}), "2:0,1,2");
  const rule::Unordered distinct = Unordered(10, {PresentStep(2, true), PresentStep()});
  EXPECT_EQ(Play(distinct, {{0, kA, "x"}, {1, kB}, {2, kA, "x"}}), "");
  EXPECT_EQ(Play(distinct, {{0, kA, "x"}, {1, kB}, {2, kA, "y"}}), "2:0,1,2");
}

TEST(UnorderedTest, WithAbsentStepsItWaitsForTheWatermark) {
  Timeline timeline(kAbNoX);
  EXPECT_EQ(timeline.Play({{0, kA}, {3, kB}}), "");
  EXPECT_EQ(timeline.criterion_.NextDeadline(timeline.state_), TimeFromMs(10));
  EXPECT_EQ(timeline.Watermark(10), "");
  EXPECT_EQ(timeline.Watermark(11), "10:0,1");
  EXPECT_EQ(timeline.Watermark(50), "");
}

TEST(UnorderedTest, AnAbsentStepOnEitherSideBreaks) {
  for (const int64_t at : {-8, -7, 0, 2, 10, 11}) {
    Timeline timeline(kAbNoX);
    timeline.Play({{0, kA}, {3, kB}, {at, kX}});
    EXPECT_EQ(timeline.Watermark(50), at < -7 || at > 10 ? "10:0,1" : "") << at;
  }
  EXPECT_EQ(Play(kAbNoX, {{0, kA}, {1, kB | kX}, {300, kA}}), "");
}

TEST(UnorderedTest, FurtherOccurrencesDoNotChangeAWindowThatWaits) {
  Timeline timeline(kAbNoX);
  timeline.Play({{0, kA}, {3, kB}, {4, kB}, {5, kA}});
  EXPECT_EQ(timeline.Watermark(11), "10:0,1");
  EXPECT_EQ(timeline.Watermark(15), "14:2,3");
}

TEST(UnorderedTest, WhatBreaksIsNotUsedUp) {
  Timeline timeline(kAbNoX);
  timeline.Play({{0, kA}, {3, kB}});
  EXPECT_EQ(timeline.Watermark(11), "10:0,1");
  EXPECT_EQ(timeline.Arrives({2, kX}), Fate::kCounted);
  EXPECT_EQ(timeline.Arrives({2, kA}), Fate::kJoined);
  timeline.Play({{11, kA}, {12, kB}});
  EXPECT_EQ(timeline.Watermark(50), "");
}

TEST(UnorderedTest, WhatNothingInTimeCanBreakFires) {
  Timeline timeline(kAbNoX);
  EXPECT_EQ(timeline.Play({{0, kA}, {3, kB}, {110, kA}}), "");
  EXPECT_EQ(timeline.Play({{111, kA}}), "10:0,1");
}

TEST(UnorderedTest, Fates) {
  Timeline timeline(kAb);
  EXPECT_EQ(timeline.Arrives({1000, 0}), Fate::kNoUse);
  EXPECT_EQ(timeline.Arrives({200, kA}), Fate::kCounted);
  EXPECT_EQ(timeline.Arrives({100, kA}), Fate::kCounted);
  EXPECT_EQ(timeline.Arrives({99, kA}), Fate::kLate);
  EXPECT_EQ(timeline.Arrives({110, kB}), Fate::kFired);
}

TEST(UnorderedTest, TheOldestGoesAtTheBound) {
  for (const size_t others : {UnorderedCriterion::kKeptMax - 1, UnorderedCriterion::kKeptMax}) {
    const rule::Unordered unordered = Unordered(10, {PresentStep(2), PresentStep(), AbsentStep()});
    Timeline timeline(unordered);
    timeline.Arrives({0, kX});
    Fate fate = Fate::kCounted;
    for (size_t i = 0; i < others; ++i) fate = timeline.Arrives({1, kA});
    const bool gone = others == UnorderedCriterion::kKeptMax;
    EXPECT_EQ(fate, gone ? Fate::kOverflow : Fate::kCounted);
    EXPECT_EQ(timeline.state_.kept.size(), UnorderedCriterion::kKeptMax);
  }
}

TEST(UnorderedTest, IsIdleWhenNothingInTimeCanUseIt) {
  Timeline timeline(kAbNoX);
  EXPECT_TRUE(timeline.criterion_.IsIdle(timeline.state_, TimeFromMs(0)));
  timeline.Play({{0, kX}});
  EXPECT_EQ(timeline.criterion_.IdleFrom(timeline.state_), TimeFromMs(110));
  EXPECT_FALSE(timeline.criterion_.IsIdle(timeline.state_, TimeFromMs(110)));
  EXPECT_TRUE(timeline.criterion_.IsIdle(timeline.state_, TimeFromMs(111)));
  timeline.Play({{20, kA}, {21, kB}});
  EXPECT_FALSE(timeline.criterion_.IsIdle(timeline.state_, TimeFromMs(1000)));
}

TEST(UnorderedTest, TimesAtTheEndsOfTheRange) {
  const int64_t first = ToMs(Time::min());
  const int64_t last = ToMs(Time::max());
  const std::string fired = std::to_string(first + 10) + ":0,1 " + std::to_string(last) + ":2,3";
  EXPECT_EQ(Play(kAb, {{first, kA}, {first + 10, kB}, {last - 10, kA}, {last, kB}}), fired);
}

TEST(UnorderedTest, AgreesWithTheReference) {
  const uint64_t count = test::NumberFromEnvironment("RIPOSTE_TIMELINES", 20'000);
  Randomness random(test::NumberFromEnvironment("RIPOSTE_SEED", 1));
  Coverage coverage;
  for (uint64_t i = 0; i < count && !testing::Test::HasFatalFailure(); ++i) {
    SCOPED_TRACE(i);
    const rule::Unordered unordered = Unordered(random.From(0, 12), random.Steps(true));
    const Duration lateness = milliseconds(random.From(0, 15));
    const UnorderedCriterion criterion(unordered, lateness);
    NaiveUnordered reference(unordered, lateness);
    Compare(criterion, reference,
            random.Arrivals(unordered.steps.size(), static_cast<size_t>(random.From(4, 20))),
            random, coverage);
  }
  std::cout << count << " timelines, " << coverage.completions << " completions, "
            << coverage.by_deadline << " by deadline, " << coverage.by_a_kept_one
            << " by a kept one, " << coverage.late << " late, " << coverage.joined << " joined\n";
  EXPECT_GT(coverage.completions, count / 4);
  EXPECT_GT(coverage.by_deadline, count / 20);
  EXPECT_GT(coverage.by_a_kept_one, count / 50);
  EXPECT_GT(coverage.late, count / 4);
  EXPECT_GT(coverage.joined, count / 20);
}

TEST(UnorderedTest, DamagedBytesAreRefusedOrAState) {
  Randomness random(3);
  uint64_t refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    const rule::Unordered unordered = Unordered(8, random.Steps(true));
    const UnorderedCriterion criterion(unordered, milliseconds(8));
    UnorderedCriterion::State state;
    Outcome outcome;
    for (const Arrival& arrival : random.Arrivals(unordered.steps.size(), 6))
      Arrive(criterion, state, arrival, outcome);
    const std::string bytes = random.Mutated(Bytes(criterion, state));
    UnorderedCriterion::State read = state;
    if (!ReadAll(criterion, bytes, read)) {
      ++refused;
      continue;
    }
    ASSERT_EQ(Bytes(criterion, read), bytes);
    for (const Arrival& arrival : random.Arrivals(unordered.steps.size(), 6))
      Arrive(criterion, read, arrival, outcome);
  }
  EXPECT_GT(refused, 5'000u);
  EXPECT_LT(refused, 19'900u);
}

}  // namespace
}  // namespace riposte::trigger
