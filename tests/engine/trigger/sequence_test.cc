#include "engine/trigger/sequence.h"

#include <iostream>

#include "tests/engine/trigger/naive_sequence.h"
#include "tests/support/environment.h"

namespace riposte::trigger {
namespace {

using std::chrono::milliseconds;

rule::Sequence Sequence(int64_t within, std::vector<rule::Step> steps, bool until = false) {
  rule::Sequence sequence;
  sequence.within = milliseconds(within);
  sequence.steps = std::move(steps);
  if (until) sequence.until.emplace();
  return sequence;
}

constexpr StepSet kA = 1;
constexpr StepSet kB = 2;
constexpr StepSet kC = 4;
using Timeline = RowTimeline<SequenceCriterion>;

std::string Play(const rule::Sequence& sequence, const std::vector<Row>& rows) {
  return Timeline(sequence).Play(rows);
}

const rule::Sequence kAb = Sequence(10, {PresentStep(), PresentStep()});
const rule::Sequence kAbc = Sequence(10, {PresentStep(), PresentStep(), PresentStep()});
const rule::Sequence kAnoBc = Sequence(10, {PresentStep(), AbsentStep(), PresentStep()});
const rule::Sequence kAbNoC = Sequence(10, {PresentStep(), PresentStep(), AbsentStep()});

TEST(SequenceTest, WithinCountsFromTheFirst) {
  EXPECT_EQ(Play(kAb, {{0, kA}, {10, kB}}), "10:0,1");
  EXPECT_EQ(Play(kAb, {{0, kA}, {11, kB}}), "");
  EXPECT_EQ(Play(kAbc, {{0, kA}, {5, kB}, {10, kC}}), "10:0,1,2");
  EXPECT_EQ(Play(kAbc, {{0, kA}, {5, kB}, {11, kC}}), "");
}

TEST(SequenceTest, TiesGoByOrder) {
  EXPECT_EQ(Play(kAb, {{5, kA}, {5, kB}}), "5:0,1");
  EXPECT_EQ(Play(kAb, {{5, kB}, {5, kA}}), "");
}

TEST(SequenceTest, NewerReplacesOlder) {
  EXPECT_EQ(Play(kAb, {{0, kA}, {1, kA}, {2, kB}, {3, kB}}), "2:1,2");
  EXPECT_EQ(Play(kAbc, {{0, kA}, {1, kB}, {2, kA}, {3, kB}, {4, kC}, {5, kC}}), "4:2,3,4");
  EXPECT_EQ(Play(kAbc, {{0, kA}, {1, kB}, {2, kA}, {4, kC}}), "4:0,1,3");
}

TEST(SequenceTest, OneEventAdvancesAPartialByOne) {
  EXPECT_EQ(Play(kAb, {{0, kA | kB}}), "");
  EXPECT_EQ(Play(kAb, {{0, kA | kB}, {1, kA | kB}, {2, kA | kB}}), "1:0,1 2:1,2");
  EXPECT_EQ(Play(kAbc, {{0, kA}, {1, kB | kC}, {2, kC}}), "2:0,1,2");
}

TEST(SequenceTest, UntilDropsFirst) {
  EXPECT_EQ(Play(kAb, {{0, kA}, {1, kUntil}, {2, kB}}), "");
  EXPECT_EQ(Play(kAb, {{0, kA}, {1, kUntil | kB}}), "");
  EXPECT_EQ(Play(kAb, {{0, kA}, {1, kUntil | kA}, {2, kB}}), "2:1,2");
  EXPECT_EQ(Play(kAbNoC, {{0, kA}, {1, kB}, {10, kUntil}, {200, kA}}), "");
}

TEST(SequenceTest, AnAbsentStepBetweenDropsWhatWaitsThere) {
  EXPECT_EQ(Play(kAnoBc, {{0, kA}, {2, kC}}), "2:0,1");
  EXPECT_EQ(Play(kAnoBc, {{0, kA}, {1, kB}, {2, kC}}), "");
  EXPECT_EQ(Play(kAnoBc, {{0, kA}, {1, kB | kC}}), "");
  EXPECT_EQ(Play(kAnoBc, {{0, kB}, {0, kA}, {2, kC}, {3, kB}}), "2:1,2");
}

TEST(SequenceTest, AtLeastIsAsManyStages) {
  const rule::Sequence thrice = Sequence(10, {PresentStep(3)});
  EXPECT_EQ(Play(thrice, {{0, kA}, {1, kA}, {10, kA}}), "10:0,1,2");
  EXPECT_EQ(Play(thrice, {{0, kA}, {1, kA}, {11, kA}}), "");
  EXPECT_EQ(Play(thrice, {{0, kA}, {1, kA}, {11, kA}, {11, kA}}), "11:1,2,3");
}

TEST(SequenceTest, ACompletionTellsTheStepThatEachEventTook) {
  Timeline timeline(Sequence(10, {PresentStep(2), AbsentStep(), PresentStep()}));
  for (const Row& row : {Row{0, kA | kC}, {1, kA}, {2, kA | kC}}) timeline.Arrives(row);
  ASSERT_EQ(timeline.outcome_.fired.size(), 1u);
  EXPECT_EQ(timeline.outcome_.fired[0].steps, (std::vector<StepSet>{kA, kA, kC}));
}

TEST(SequenceTest, DistinctTakesNewValuesOnly) {
  const rule::Sequence twice = Sequence(10, {PresentStep(2, true), PresentStep()});
  EXPECT_EQ(Play(twice, {{0, kA, "x"}, {1, kA, "x"}, {2, kB}}), "");
  EXPECT_EQ(Play(twice, {{0, kA, "x"}, {1, kA, "y"}, {2, kB, "x"}}), "2:0,1,2");
  const rule::Sequence same = Sequence(10, {PresentStep(2), PresentStep()});
  EXPECT_EQ(Play(same, {{0, kA, "x"}, {1, kA, "x"}, {2, kB}}), "2:0,1,2");
}

TEST(SequenceTest, AFinalAbsentStepWaitsForTheWatermark) {
  Timeline timeline(kAbNoC);
  EXPECT_EQ(timeline.Play({{0, kA}, {3, kB}}), "");
  EXPECT_EQ(timeline.criterion_.NextDeadline(timeline.state_), TimeFromMs(10));
  EXPECT_EQ(timeline.Watermark(10), "");
  EXPECT_EQ(timeline.Watermark(11), "10:0,1");
  EXPECT_EQ(timeline.criterion_.NextDeadline(timeline.state_), std::nullopt);
  EXPECT_EQ(timeline.Watermark(20), "");
}

TEST(SequenceTest, AFinalAbsentStepEndsItUpToTheDeadline) {
  for (const int64_t at : {3, 9, 10, 11}) {
    Timeline timeline(kAbNoC);
    timeline.Play({{0, kA}, {3, kB}, {at, kC}});
    EXPECT_EQ(timeline.Watermark(50), at <= 10 ? "" : "10:0,1") << at;
  }
}

TEST(SequenceTest, AnAbsentOneOutOfOrderStillEndsWhatHasNotFired) {
  Timeline timeline(kAbNoC);
  timeline.Play({{0, kA}, {3, kB}, {40, kA}, {10, kC}});
  EXPECT_EQ(timeline.Watermark(50), "");
  Timeline fired(kAbNoC);
  fired.Play({{0, kA}, {3, kB}, {40, kA}});
  EXPECT_EQ(fired.Watermark(11), "10:0,1");
  EXPECT_EQ(fired.Play({{10, kC}, {4, kB}}), "");
  EXPECT_EQ(fired.Watermark(50), "");
}

TEST(SequenceTest, ANewerPartialReplacesAWaitingOneUpToItsDeadline) {
  Timeline before(kAbNoC);
  before.Play({{0, kA}, {3, kB}, {4, kA}, {10, kB}});
  EXPECT_EQ(before.Watermark(50), "14:2,3");
  Timeline after(kAbNoC);
  after.Play({{0, kA}, {3, kB}, {4, kA}, {11, kB}});
  EXPECT_EQ(after.Watermark(50), "10:0,1 14:2,3");
}

TEST(SequenceTest, WhatNothingInTimeCanEndFires) {
  Timeline timeline(kAbNoC);
  EXPECT_EQ(timeline.Play({{0, kA}, {3, kB}, {110, kA}}), "");
  EXPECT_EQ(timeline.Play({{111, kA}}), "10:0,1");
}

TEST(SequenceTest, OutOfOrderIsPutInItsPlace) {
  EXPECT_EQ(Play(kAb, {{5, kB}, {0, kA}}), "5:1,0");
  EXPECT_EQ(Play(kAb, {{5, kB}, {5, kA}}), "");
  // What has fired stays so, and completes nothing else.
  EXPECT_EQ(Play(kAb, {{0, kA}, {5, kB}, {3, kUntil}, {4, kA}}), "5:0,1");
  EXPECT_EQ(Play(kAb, {{0, kA}, {5, kB}, {3, kB}}), "5:0,1 3:0,2");
}

TEST(SequenceTest, Fates) {
  Timeline timeline(kAb);
  EXPECT_EQ(timeline.Arrives({1000, 0}), Fate::kNoUse);
  EXPECT_EQ(timeline.Arrives({200, kB}), Fate::kNoUse);
  EXPECT_EQ(timeline.Arrives({200, kUntil}), Fate::kNoUse);
  EXPECT_EQ(timeline.Arrives({200, kA}), Fate::kCounted);
  EXPECT_EQ(timeline.Arrives({201, kUntil}), Fate::kCounted);
  EXPECT_EQ(timeline.Arrives({101, kA}), Fate::kCounted);
  EXPECT_EQ(timeline.Arrives({100, kA}), Fate::kLate);
  EXPECT_EQ(timeline.Arrives({111, kB}), Fate::kFired);
  EXPECT_EQ(timeline.Fired(), "111:5,7");
}

TEST(SequenceTest, TheOldestGoesAtTheBound) {
  for (const size_t others : {SequenceCriterion::kKeptMax - 1, SequenceCriterion::kKeptMax}) {
    Timeline timeline(kAbc);
    timeline.Arrives({0, kA});
    Fate fate = Fate::kCounted;
    for (size_t i = 0; i < others; ++i) fate = timeline.Arrives({0, kC});
    const bool gone = others == SequenceCriterion::kKeptMax;
    EXPECT_EQ(fate, gone ? Fate::kOverflow : Fate::kNoUse);
    EXPECT_EQ(timeline.state_.kept.size(), SequenceCriterion::kKeptMax);
    EXPECT_EQ(timeline.Arrives({1, kB}), Fate::kOverflow);
    EXPECT_EQ(timeline.state_.partials[1].empty(), true);
  }
}

TEST(SequenceTest, IsIdleWhenNothingInTimeCanUseIt) {
  Timeline timeline(kAb);
  EXPECT_TRUE(timeline.criterion_.IsIdle(timeline.state_, TimeFromMs(0)));
  timeline.Play({{0, kA}});
  EXPECT_EQ(timeline.criterion_.IdleFrom(timeline.state_), TimeFromMs(110));
  EXPECT_FALSE(timeline.criterion_.IsIdle(timeline.state_, TimeFromMs(110)));
  EXPECT_TRUE(timeline.criterion_.IsIdle(timeline.state_, TimeFromMs(111)));
  Timeline waiting(kAbNoC);
  waiting.Play({{0, kA}, {1, kB}});
  EXPECT_FALSE(waiting.criterion_.IsIdle(waiting.state_, TimeFromMs(1000)));
  EXPECT_EQ(waiting.Watermark(1000), "10:0,1");
  EXPECT_TRUE(waiting.criterion_.IsIdle(waiting.state_, TimeFromMs(1000)));
}

TEST(SequenceTest, TimesAtTheEndsOfTheRange) {
  const int64_t first = ToMs(Time::min());
  const int64_t last = ToMs(Time::max());
  EXPECT_EQ(Play(kAb, {{first, kA}, {first + 10, kB}, {last - 10, kA}, {last, kB}}),
            std::to_string(first + 10) + ":0,1 " + std::to_string(last) + ":2,3");
}

TEST(SequenceTest, AgreesWithTheReference) {
  const uint64_t count = test::NumberFromEnvironment("RIPOSTE_TIMELINES", 20'000);
  Randomness random(test::NumberFromEnvironment("RIPOSTE_SEED", 1));
  Coverage coverage;
  for (uint64_t i = 0; i < count && !testing::Test::HasFatalFailure(); ++i) {
    SCOPED_TRACE(i);
    const rule::Sequence sequence =
        Sequence(random.From(0, 12), random.Steps(false), random.OneIn(3));
    const Duration lateness = milliseconds(random.From(0, 15));
    std::vector<Arrival> arrivals =
        random.Arrivals(sequence.steps.size(), static_cast<size_t>(random.From(4, 20)));
    if (sequence.until)
      for (Arrival& arrival : arrivals) arrival.until = random.OneIn(8);
    const SequenceCriterion criterion(sequence, lateness);
    NaiveSequence reference(sequence, lateness);
    Compare(criterion, reference, arrivals, random, coverage);
  }
  std::cout << count << " timelines, " << coverage.completions << " completions, "
            << coverage.by_deadline << " by deadline, " << coverage.by_a_kept_one
            << " by a kept one, " << coverage.late << " late, " << coverage.no_use << " no use\n";
  EXPECT_GT(coverage.completions, count / 4);
  EXPECT_GT(coverage.by_deadline, count / 20);
  EXPECT_GT(coverage.by_a_kept_one, count / 50);
  EXPECT_GT(coverage.late, count / 4);
}

TEST(SequenceTest, AgreesWithTheReferenceAtTheBound) {
  Randomness random(2);
  Coverage coverage;
  for (int i = 0; i < 2 && !testing::Test::HasFatalFailure(); ++i) {
    const rule::Sequence sequence = Sequence(10'000, random.Steps(false));
    const SequenceCriterion criterion(sequence, milliseconds(10'000));
    NaiveSequence reference(sequence, milliseconds(10'000), SequenceCriterion::kKeptMax);
    Compare(criterion, reference, random.Arrivals(sequence.steps.size(), 560), random, coverage);
  }
}

TEST(SequenceTest, DamagedBytesAreRefusedOrAState) {
  Randomness random(3);
  uint64_t refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    const rule::Sequence sequence = Sequence(8, random.Steps(false));
    const SequenceCriterion criterion(sequence, milliseconds(8));
    SequenceCriterion::State state;
    Outcome outcome;
    for (const Arrival& arrival : random.Arrivals(sequence.steps.size(), 6))
      Arrive(criterion, state, arrival, outcome);
    const std::string bytes = random.Mutated(Bytes(criterion, state));
    SequenceCriterion::State read = state;
    if (!ReadAll(criterion, bytes, read)) {
      ++refused;
      continue;
    }
    ASSERT_EQ(Bytes(criterion, read), bytes);
    for (const Arrival& arrival : random.Arrivals(sequence.steps.size(), 6))
      Arrive(criterion, read, arrival, outcome);
  }
  EXPECT_GT(refused, 5'000u);
  EXPECT_LT(refused, 19'900u);
}

}  // namespace
}  // namespace riposte::trigger
