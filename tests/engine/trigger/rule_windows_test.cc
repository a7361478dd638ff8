#include "engine/trigger/rule_windows.h"

#include <bit>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/state/segments.h"
#include "engine/trigger/count.h"
#include "engine/trigger/scheduled.h"
#include "engine/trigger/sequence.h"
#include "engine/trigger/unordered.h"
#include "tests/engine/trigger/naive_windows.h"
#include "tests/engine/trigger/step_timeline.h"
#include "tests/support/environment.h"

namespace riposte::trigger {
namespace {

using std::chrono::hours;

constexpr Duration kMs{1};
constexpr WindowOptions kOptions{.allowed_lateness = 20 * kMs, .groups_max = 4};

rule::Rule RuleWith(rule::Trigger trigger) {
  rule::Rule rule;
  rule.trigger = std::move(trigger);
  return rule;
}

std::unique_ptr<RuleWindows> WindowsOf(rule::Trigger trigger,
                                       const WindowOptions& options = kOptions) {
  return MakeRuleWindows(RuleWith(std::move(trigger)), options).value();
}

rule::Count CountOf(double threshold, rule::Measure measure = rule::Measure::kMatches) {
  return {.measure = measure, .threshold = threshold, .within = 10 * kMs, .cooldown = 5 * kMs};
}

Contribution At(int64_t ms, std::string key, StepSet parts = 1) {
  static uint64_t order = 0;
  Contribution contribution;
  contribution.key = std::move(key);
  contribution.parts = parts;
  contribution.place = {.time = TimeFromMs(ms), .order = ++order};
  contribution.event = "e" + std::to_string(order);
  return contribution;
}

// All that is due.
std::vector<RuleWindows::GroupOutcome> OnTime(RuleWindows& windows, Time watermark) {
  std::vector<RuleWindows::GroupOutcome> outcomes;
  while (windows.OnTime(watermark, outcomes)) {
  }
  return outcomes;
}

std::vector<std::string> Keys(const RuleWindows& windows) {
  std::vector<RuleWindows::GroupState> all;
  windows.AppendAll(all);
  std::vector<std::string> keys;
  for (const RuleWindows::GroupState& group : all) keys.push_back(group.key);
  return keys;
}

TEST(RuleWindowsTest, ASingleMatchHasNone) { EXPECT_EQ(WindowsOf(rule::SingleMatch{}), nullptr); }

TEST(RuleWindowsTest, AnUnknownTimeZoneIsAnError) {
  const auto made = MakeRuleWindows(RuleWith(rule::Scheduled{.timezone = "Moon/Base"}), kOptions);
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.status().code(), ErrorCode::kNotFound);
}

TEST(RuleWindowsTest, GroupsCountApart) {
  const auto windows = WindowsOf(CountOf(2));
  Outcome outcome;
  EXPECT_EQ(windows->Take(At(100, "a"), Time::min(), outcome).fate, Fate::kCounted);
  EXPECT_EQ(windows->Take(At(100, "b"), Time::min(), outcome).fate, Fate::kCounted);
  EXPECT_TRUE(outcome.fired.empty());
  EXPECT_EQ(windows->Take(At(101, "a"), Time::min(), outcome).fate, Fate::kFired);
  ASSERT_EQ(outcome.fired.size(), 1u);
  EXPECT_EQ(outcome.fired[0].time, TimeFromMs(101));
}

TEST(RuleWindowsTest, WhatChangesNothingMakesNoGroup) {
  const auto windows = WindowsOf(rule::Scheduled{.from = hours(16), .to = hours(17)});
  Outcome outcome;
  const int64_t noon = 12 * 3'600'000;
  EXPECT_EQ(windows->Take(At(noon, "a"), TimeFromMs(noon), outcome).fate, Fate::kOutside);
  // The window of that day is over, and this group is told so although it is new.
  EXPECT_EQ(windows->Take(At(noon + 4 * 3'600'000, "a"), TimeFromMs(2 * noon), outcome).fate,
            Fate::kLate);
  EXPECT_EQ(windows->groups(), 0u);
  EXPECT_EQ(windows->NextDeadline(), std::nullopt);
}

TEST(RuleWindowsTest, AtTheBoundTheLeastRecentGoesAndIsToldIfItMattered) {
  const auto windows = WindowsOf(CountOf(3));
  Outcome outcome;
  for (const char* key : {"a", "b", "c", "d"}) windows->Take(At(100, key), Time::min(), outcome);
  windows->Take(At(101, "a"), Time::min(), outcome);
  EXPECT_EQ(windows->Take(At(102, "e"), Time::min(), outcome).evicted, "b");
  EXPECT_EQ(Keys(*windows), (std::vector<std::string>{"c", "d", "a", "e"}));
  EXPECT_EQ(windows->Take(At(200, "f"), TimeFromMs(130), outcome).evicted, "c");
  // Behind 100 + 10 + 20 nothing can need what "d" has, but what came later.
  EXPECT_EQ(windows->Take(At(200, "g"), TimeFromMs(131), outcome).evicted, std::nullopt);
  EXPECT_EQ(Keys(*windows), (std::vector<std::string>{"a", "e", "f", "g"}));
  EXPECT_EQ(windows->Take(At(200, "h"), TimeFromMs(131), outcome).evicted, "a");
}

TEST(RuleWindowsTest, AGroupIsForgottenWhenItCannotMatterAndWasNotUsedForTheLateness) {
  const auto windows = WindowsOf(CountOf(3));
  Outcome outcome;
  windows->Take(At(100, "a"), TimeFromMs(90), outcome);
  // Very old, but told now.
  windows->Take(At(10, "b"), TimeFromMs(100), outcome);
  EXPECT_TRUE(OnTime(*windows, TimeFromMs(120)).empty());
  EXPECT_EQ(windows->groups(), 2u);
  EXPECT_TRUE(OnTime(*windows, TimeFromMs(121)).empty());
  EXPECT_EQ(Keys(*windows), std::vector<std::string>{"a"});
  EXPECT_EQ(windows->NextDeadline(), TimeFromMs(130));
  EXPECT_TRUE(OnTime(*windows, TimeFromMs(130)).empty());
  EXPECT_EQ(windows->groups(), 1u);
  EXPECT_TRUE(OnTime(*windows, TimeFromMs(131)).empty());
  EXPECT_EQ(windows->groups(), 0u);
}

TEST(RuleWindowsTest, WithoutABatchNothingIsChanged) {
  const auto windows = WindowsOf(CountOf(3));
  Outcome outcome;
  windows->Take(At(100, "a"), Time::min(), outcome);
  std::vector<RuleWindows::GroupState> changed;
  windows->AppendChanged(changed);
  EXPECT_TRUE(changed.empty());
}

TEST(RuleWindowsTest, WhatIsAsItWasIsNotChanged) {
  const auto windows = WindowsOf(CountOf(3));
  Outcome outcome;
  windows->Take(At(100, "a"), Time::min(), outcome);
  windows->Take(At(100, "b"), Time::min(), outcome);
  windows->BeginBatch();
  EXPECT_EQ(windows->Take(At(79, "a"), Time::min(), outcome).fate, Fate::kLate);
  windows->Take(At(101, "b"), Time::min(), outcome);
  std::vector<RuleWindows::GroupState> changed;
  windows->AppendChanged(changed);
  ASSERT_EQ(changed.size(), 1u);
  EXPECT_EQ(changed[0].key, "b");
}

// In a batch: what it had when it was last written, and what came to it.
TEST(RuleWindowsTest, WhatIsChangedIsReckonedCloseToWhatIsWritten) {
  const auto windows = WindowsOf(CountOf(10'000));
  const auto written = [&] {
    std::vector<RuleWindows::GroupState> changed;
    windows->AppendChanged(changed);
    return changed.empty() ? 0 : changed[0].bytes->size();
  };
  Outcome outcome;
  EXPECT_EQ(windows->changed_bytes(), 0u) << "no batch is open";
  windows->BeginBatch();
  for (int i = 0; i < 100; ++i) {
    Contribution contribution = At(100, "a");
    contribution.event.resize(500, 'e');
    windows->Take(contribution, Time::min(), outcome);
  }
  const size_t first = written();
  EXPECT_GE(windows->changed_bytes(), first);
  EXPECT_LE(windows->changed_bytes(), first + 100 * 600);

  windows->BeginBatch();
  EXPECT_EQ(windows->changed_bytes(), 0u);
  windows->Take(At(100, "a"), Time::min(), outcome);
  EXPECT_GE(windows->changed_bytes(), written()) << "it is written whole";
  EXPECT_LE(windows->changed_bytes(), first + 600);
  windows->UndoNewest();
  windows->BeginBatch();
  windows->Take(At(100, "a"), Time::min(), outcome);
  EXPECT_GE(windows->changed_bytes(), written());
  EXPECT_LE(windows->changed_bytes(), first + 600);
}

TEST(RuleWindowsTest, TheMemoryOfEventsIsTold) {
  const auto windows = WindowsOf(CountOf(10));
  const size_t empty = windows->MemoryBytes();
  Outcome outcome;
  windows->BeginBatch();
  Contribution contribution = At(100, "a");
  contribution.event.resize(1'000, 'e');
  windows->Take(contribution, Time::min(), outcome);
  std::vector<RuleWindows::GroupState> changed;
  windows->AppendChanged(changed);
  windows->CommitOldest();
  EXPECT_GE(windows->MemoryBytes(), empty + 1'000);
  EXPECT_LE(windows->MemoryBytes(), empty + 3'000);

  const auto restored = WindowsOf(CountOf(10));
  ASSERT_TRUE(restored->Restore("a", *changed[0].bytes, Time::min()));
  EXPECT_GE(restored->MemoryBytes(), empty + 1'000);

  OnTime(*windows, TimeFromMs(1'000));
  ASSERT_EQ(windows->groups(), 0u);
  EXPECT_LE(windows->MemoryBytes(), empty + 900) << "with it go its events";
}

TEST(RuleWindowsTest, AStateOfNoneOrWithoutRoomIsNotRestored) {
  const auto windows = WindowsOf(CountOf(3));
  Outcome outcome;
  windows->Take(At(100, "a"), Time::min(), outcome);
  std::vector<RuleWindows::GroupState> all;
  windows->AppendAll(all);
  const std::string bytes = *all[0].bytes;
  const auto other = WindowsOf(CountOf(3));
  EXPECT_FALSE(other->Restore("a", bytes + "x", Time::min()));
  EXPECT_FALSE(other->Restore("a", bytes.substr(0, bytes.size() - 1), Time::min()));
  EXPECT_EQ(other->groups(), 0u);
  for (const char* key : {"a", "b", "c", "d", "d"})
    EXPECT_TRUE(other->Restore(key, bytes, Time::min()));
  EXPECT_FALSE(other->Restore("e", bytes, Time::min()));
  EXPECT_EQ(Keys(*other), (std::vector<std::string>{"a", "b", "c", "d"}));
  EXPECT_EQ(other->NextDeadline(), TimeFromMs(130));
}

// The most that one group can keep, all with the largest event and values.
void ExpectStorable(rule::Trigger trigger, size_t occurrences, size_t values) {
  const auto windows = WindowsOf(std::move(trigger));
  Outcome outcome;
  for (size_t i = 0; i < occurrences; ++i) {
    Contribution contribution = At(1'700'000'000'000, "a");
    contribution.event.resize(kContributionEventMax, 'e');
    contribution.values.assign(values, std::string(64, 'v'));
    windows->Take(contribution, Time::min(), outcome);
  }
  EXPECT_TRUE(outcome.fired.empty());
  std::vector<RuleWindows::GroupState> all;
  windows->AppendAll(all);
  EXPECT_LE(all.at(0).bytes->size(), state::kStateBytesMax);
  EXPECT_GT(all.at(0).bytes->size(), 20 * kContributionEventMax);
}

TEST(RuleWindowsTest, TheLargestStateCanBeStored) {
  ExpectStorable(CountOf(20'000), 10'100, 0);
  ExpectStorable(rule::Sequence{.within = 10 * kMs, .steps = {PresentStep(100, true)}}, 600, 1);
  ExpectStorable(
      rule::Unordered{.within = 10 * kMs, .steps = {PresentStep(100, true), PresentStep()}}, 2'100,
      1);
}

// How a criterion takes contributions, and what those are.
struct OfCount {
  using Criterion = CountCriterion;
  static rule::Count Trigger() {
    rule::Count count = CountOf(3, rule::Measure::kDistinct);
    return count;
  }
  static Criterion Make() { return {Trigger(), kOptions.allowed_lateness}; }
  static constexpr StepSet kDistinct = 1;
  static constexpr bool kUntil = false;
  static constexpr size_t kParts = 1;
  static constexpr int64_t kScale = 1;
  static Fate Arrive(const Criterion& criterion, CountState& state, const Contribution& arriving,
                     Outcome& outcome) {
    return criterion.OnOccurrence(
        state, {.place = arriving.place, .event = arriving.event, .value = arriving.values.front()},
        outcome);
  }
};

struct OfScheduled {
  using Criterion = ScheduledCriterion;
  static rule::Scheduled Trigger() { return {.from = hours(16), .to = hours(16), .at_least = 2}; }
  static Criterion Make() { return Criterion::Make(Trigger(), kOptions.allowed_lateness).value(); }
  static constexpr StepSet kDistinct = 0;
  static constexpr bool kUntil = false;
  static constexpr size_t kParts = 1;
  static constexpr int64_t kScale = 3'600'000;
  static Fate Arrive(const Criterion& criterion, Criterion::State& state,
                     const Contribution& arriving, Outcome& outcome) {
    return criterion.OnOccurrence(
        state, {.place = arriving.place, .event = arriving.event, .value = {}}, outcome);
  }
};

template <typename Criterion>
Fate ArriveAsSteps(const Criterion& criterion, typename Criterion::State& state,
                   const Contribution& arriving, StepSet distinct, Outcome& outcome) {
  std::vector<std::string_view> values(8);
  size_t next = 0;
  for (size_t step = 0; step < values.size(); ++step)
    if ((arriving.parts & distinct & StepBit(step)) != 0) values[step] = arriving.values[next++];
  return criterion.OnOccurrence(state,
                                {.place = arriving.place,
                                 .event = arriving.event,
                                 .steps = arriving.parts,
                                 .until = arriving.until,
                                 .values = values},
                                outcome);
}

struct OfSequence {
  using Criterion = SequenceCriterion;
  static rule::Sequence Trigger() {
    return {.within = 10 * kMs,
            .steps = {PresentStep(), PresentStep(2, true), AbsentStep()},
            .until = rule::Step{}};
  }
  static Criterion Make() { return {Trigger(), kOptions.allowed_lateness}; }
  static constexpr StepSet kDistinct = 2;
  static constexpr bool kUntil = true;
  static constexpr size_t kParts = 3;
  static constexpr int64_t kScale = 1;
  static Fate Arrive(const Criterion& criterion, Criterion::State& state,
                     const Contribution& arriving, Outcome& outcome) {
    return ArriveAsSteps(criterion, state, arriving, kDistinct, outcome);
  }
};

struct OfUnordered {
  using Criterion = UnorderedCriterion;
  static rule::Unordered Trigger() {
    return {.within = 10 * kMs, .steps = {PresentStep(), PresentStep(2, true), AbsentStep()}};
  }
  static Criterion Make() { return {Trigger(), kOptions.allowed_lateness}; }
  static constexpr StepSet kDistinct = 2;
  static constexpr bool kUntil = false;
  static constexpr size_t kParts = 3;
  static constexpr int64_t kScale = 1;
  static Fate Arrive(const Criterion& criterion, Criterion::State& state,
                     const Contribution& arriving, Outcome& outcome) {
    return ArriveAsSteps(criterion, state, arriving, kDistinct, outcome);
  }
};

// Random calls to the windows and to the reference.
template <typename Of>
class RuleWindowsRandomTest : public testing::Test {
 protected:
  void Run(uint64_t seed) {
    random_ = std::make_unique<Randomness>(seed);
    windows_ = WindowsOf(Of::Trigger());
    naive_ = std::make_unique<Naive>(Of::Make(), &Of::Arrive, kOptions);
    now_ = 100;
    watermark_ = Time::min() + hours(1);
    watermarks_.clear();
    for (int i = 0; i < 300 && !this->HasFailure(); ++i) {
      SCOPED_TRACE(i);
      Step();
      Compare();
    }
    forgotten_ += naive_->forgotten();
    EXPECT_EQ(naive_->idle(), naive_->forgotten());
  }

  void Step() {
    const int64_t choice = random_->From(1, 20);
    if (choice <= 11) {
      Take();
    } else if (choice <= 14) {
      OnTime();
    } else if (choice <= 16 && naive_->open_batches() < 3) {
      windows_->BeginBatch();
      naive_->BeginBatch();
      watermarks_.push_back(watermark_);
    } else if (choice == 17 && naive_->open_batches() > 0) {
      windows_->CommitOldest();
      naive_->CommitOldest();
      watermarks_.erase(watermarks_.begin());
    } else if (choice <= 19 && naive_->open_batches() > 0) {
      Undo();
    } else if (random_->OneIn(4)) {
      Restart();
    }
  }

  void Take() {
    now_ += random_->From(0, 3);
    Contribution contribution;
    contribution.key = std::string(1, static_cast<char>('a' + random_->From(0, 6)));
    const int64_t at = random_->OneIn(4) ? now_ - random_->From(0, 40) : now_;
    contribution.place = {.time = TimeFromMs(at * Of::kScale), .order = ++order_};
    contribution.event = "e" + std::to_string(order_);
    contribution.parts = static_cast<StepSet>(random_->From(1, (1 << Of::kParts) - 1));
    contribution.until = Of::kUntil && random_->OneIn(8);
    for (int n = std::popcount(contribution.parts & Of::kDistinct); n > 0; --n)
      contribution.values.emplace_back(1, static_cast<char>('a' + random_->From(0, 3)));
    Outcome got;
    Outcome expected;
    const RuleWindows::Taken taken = windows_->Take(contribution, watermark_, got);
    const RuleWindows::Taken naive = naive_->Take(contribution, watermark_, expected);
    ASSERT_EQ(FateName(taken.fate), FateName(naive.fate));
    ASSERT_EQ(taken.evicted, naive.evicted);
    evicted_ += taken.evicted ? 1 : 0;
    CompareOutcomes(got, expected);
  }

  void OnTime() {
    watermark_ = std::max(watermark_, TimeFromMs((now_ - random_->From(0, 20)) * Of::kScale));
    const std::vector<RuleWindows::GroupOutcome> got = trigger::OnTime(*windows_, watermark_);
    std::vector<RuleWindows::GroupOutcome> expected;
    naive_->OnTime(watermark_, expected);
    ASSERT_EQ(got.size(), expected.size());
    for (size_t i = 0; i < got.size(); ++i) {
      ASSERT_EQ(got[i].key, expected[i].key);
      CompareOutcomes(got[i].outcome, expected[i].outcome);
      by_deadline_ += got[i].outcome.fired.size() + got[i].outcome.closed.size();
    }
  }

  void Undo() {
    windows_->UndoNewest();
    naive_->UndoNewest();
    watermark_ = watermarks_.back();
    watermarks_.pop_back();
    ++undone_;
  }

  // Open batches are lost as they are.
  void Restart() {
    windows_ = WindowsOf(Of::Trigger());
    for (const RuleWindows::GroupState& group : naive_->All())
      ASSERT_TRUE(windows_->Restore(group.key, *group.bytes, watermark_));
    naive_->Restored(watermark_);
    watermarks_.clear();
  }

  void CompareOutcomes(const Outcome& got, const Outcome& expected) {
    ASSERT_EQ(got.fired, expected.fired);
    ASSERT_EQ(got.closed, expected.closed);
    fired_ += got.fired.size();
  }

  void Compare() {
    std::vector<RuleWindows::GroupState> all;
    windows_->AppendAll(all);
    ASSERT_EQ(all, naive_->All());
    ASSERT_EQ(windows_->groups(), all.size());
    ASSERT_EQ(windows_->NextDeadline(), naive_->NextDeadline());
    if (random_->OneIn(2)) return;  // what is written is measured then
    std::vector<RuleWindows::GroupState> changed;
    const size_t told = windows_->changed_bytes();
    windows_->AppendChanged(changed);
    size_t bytes = 0;
    for (const RuleWindows::GroupState& group : changed)
      bytes += group.key.size() + group.bytes.value_or("").size();
    ASSERT_LE(bytes, told);
    if (naive_->open_batches() == 0) {
      ASSERT_TRUE(changed.empty());
      return;
    }
    std::map<std::string, std::optional<std::string>> by_key;
    for (const RuleWindows::GroupState& group : changed)
      ASSERT_TRUE(by_key.emplace(group.key, group.bytes).second);
    ASSERT_EQ(by_key, naive_->Changed());
  }

  using Naive = NaiveWindows<typename Of::Criterion>;

  std::unique_ptr<Randomness> random_;
  std::unique_ptr<RuleWindows> windows_;
  std::unique_ptr<Naive> naive_;
  int64_t now_ = 0;
  Time watermark_{};
  std::vector<Time> watermarks_;  // of the open batches
  uint64_t order_ = 0;
  uint64_t fired_ = 0, by_deadline_ = 0, evicted_ = 0, undone_ = 0, forgotten_ = 0;
};

using Criteria = testing::Types<OfCount, OfScheduled, OfSequence, OfUnordered>;
TYPED_TEST_SUITE(RuleWindowsRandomTest, Criteria);

TYPED_TEST(RuleWindowsRandomTest, IsWhatCopiesOfTheWholeTableAre) {
  const uint64_t timelines = test::NumberFromEnvironment("RIPOSTE_TIMELINES", 400);
  const uint64_t first = test::NumberFromEnvironment("RIPOSTE_SEED", 1);
  for (uint64_t seed = first; seed < first + timelines && !this->HasFailure(); ++seed) {
    SCOPED_TRACE("RIPOSTE_SEED=" + std::to_string(seed));
    this->Run(seed);
  }
  std::cout << this->fired_ << " fired, " << this->by_deadline_ << " by deadline, "
            << this->evicted_ << " evicted, " << this->undone_ << " undone, " << this->forgotten_
            << " forgotten\n";
  EXPECT_GT(this->fired_, timelines / 2);
  EXPECT_GT(this->by_deadline_, timelines / 4);
  EXPECT_GT(this->evicted_, timelines / 2);
  EXPECT_GT(this->undone_, timelines);
  EXPECT_GT(this->forgotten_, timelines / 4);
}

}  // namespace
}  // namespace riposte::trigger
