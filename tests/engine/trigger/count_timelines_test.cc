// `count` beside its reference on random timelines: RIPOSTE_TIMELINES says how many, RIPOSTE_SEED
// where they begin.
#include <array>
#include <iostream>
#include <random>

#include <gtest/gtest.h>

#include "engine/trigger/count.h"
#include "tests/engine/trigger/naive_count.h"
#include "tests/support/environment.h"

namespace riposte::trigger {
namespace {

using rule::Comparison;
using rule::Measure;

constexpr uint64_t kTimelines = 20'000;

struct Timeline {
  rule::Count count;
  Duration lateness{};
  CountBounds bounds;
  bool in_order = false;
  bool forgets = false;  // nothing comes from before the watermark less the lateness
  int values = 0;
};

std::string Show(const std::vector<Kept>& all) {
  std::string out;
  for (const Kept& kept : all)
    out += " " + std::to_string(ToMs(kept.place.time)) + "#" + std::to_string(kept.place.order) +
           ":" + kept.event;
  return out;
}

std::string Show(const Outcome& outcome) {
  std::string out;
  for (const Summary& closed : outcome.closed)
    out += "closed " + std::to_string(ToMs(closed.firing_time)) + " by" +
           Show({closed.completed_by}) + " of " + std::to_string(closed.joined.count) +
           Show(closed.joined.first) + " .." + Show(closed.joined.last) + "\n";
  for (const Completion& fired : outcome.fired)
    out += "fired " + std::to_string(ToMs(fired.time)) + " by #" +
           std::to_string(fired.completed_by.order) + " at " + std::to_string(fired.measure) +
           " of " + std::to_string(fired.matches) + Show(fired.events) + "\n";
  return out;
}

// What folding repeats does not change.
std::string ShowDecisions(const Outcome& outcome) {
  std::string out;
  for (const Completion& fired : outcome.fired)
    out += "fired " + std::to_string(ToMs(fired.time)) + " by #" +
           std::to_string(fired.completed_by.order) + " at " + std::to_string(fired.measure) + "\n";
  return out;
}

class CountTimelinesTest : public testing::Test {
 protected:
  int64_t Number(int64_t from, int64_t to) {
    return std::uniform_int_distribution<int64_t>(from, to)(random_);
  }
  bool OneIn(int64_t n) { return Number(1, n) == 1; }

  Timeline Random() {
    Timeline timeline;
    rule::Count& count = timeline.count;
    count.measure = static_cast<Measure>(Number(0, 4));
    count.comparison = OneIn(2) ? Comparison::kAtLeast : static_cast<Comparison>(Number(0, 5));
    const bool numeric = count.measure != Measure::kMatches && count.measure != Measure::kDistinct;
    count.threshold =
        numeric ? static_cast<double>(Number(-2, 12)) / 2 : static_cast<double>(Number(1, 6));
    count.percentile = static_cast<double>(Number(1, 20)) * 5;
    count.within = Duration(Number(1, 12));
    count.cooldown = OneIn(3) ? Duration(0) : Duration(Number(1, 15));
    timeline.lateness = Duration(Number(0, 20));
    timeline.in_order = OneIn(4);
    timeline.forgets = OneIn(2);
    // What is forgotten leaves room that the reference does not have.
    if (!timeline.forgets && OneIn(2)) timeline.bounds.kept = static_cast<size_t>(Number(1, 6));
    timeline.values = static_cast<int>(Number(1, 6));
    return timeline;
  }

  Occurrence Next(const Timeline& timeline, uint64_t input) {
    const int64_t jump = OneIn(10) ? Number(0, 40) : Number(0, 3);
    const int64_t back = timeline.in_order || OneIn(2) ? 0 : Number(0, OneIn(4) ? 40 : 15);
    head_ += jump;
    Occurrence occurrence;
    occurrence.place = {.time = TimeFromMs(std::max(head_ - back, floor_)), .order = input};
    if (!timeline.in_order && OneIn(8)) occurrence.place.order = 1000 - input;
    value_ = std::to_string(Number(1, timeline.values));
    event_ = "e" + std::to_string(input);
    occurrence.value = value_;
    occurrence.event = event_;
    occurrence.number = static_cast<double>(Number(-4, 12)) / 4;
    occurrence.has_value = !OneIn(15);
    return occurrence;
  }

  // Into bytes and back.
  static CountState Stored(const CountCriterion& criterion, const CountState& state) {
    std::string bytes;
    ByteWriter writer(bytes);
    criterion.Write(state, writer);
    ByteReader reader(bytes);
    CountState read;
    EXPECT_TRUE(criterion.Read(reader, read));
    EXPECT_TRUE(reader.at_end());
    EXPECT_EQ(read, state);
    return read;
  }

  // Begins a timeline anew.
  void Restart() {
    head_ = 1000;
    floor_ = 0;
  }

  std::mt19937_64 random_{test::NumberFromEnvironment("RIPOSTE_SEED", 7)};
  int64_t head_ = 0;
  int64_t floor_ = 0;  // nothing comes from before
  std::string value_, event_;
};

TEST_F(CountTimelinesTest, AgreesWithTheReference) {
  const uint64_t timelines = test::NumberFromEnvironment("RIPOSTE_TIMELINES", kTimelines);
  std::array<uint64_t, static_cast<size_t>(Fate::kCount)> fates{};
  uint64_t summaries = 0;
  uint64_t forgotten = 0;
  for (uint64_t t = 0; t < timelines; ++t) {
    Restart();
    const Timeline timeline = Random();
    const CountCriterion criterion(timeline.count, timeline.lateness, timeline.bounds);
    NaiveCount naive(timeline.count, timeline.lateness, timeline.bounds.kept);
    CountState state;
    int64_t watermark = 0;
    for (uint64_t input = 0; input < 40; ++input) {
      const Occurrence occurrence = Next(timeline, input);
      Outcome got;
      Outcome expected;
      const Fate fate = criterion.OnOccurrence(state, occurrence, got);
      ASSERT_EQ(FateName(fate), FateName(naive.OnOccurrence(occurrence, expected)))
          << "timeline " << t << " input " << input;
      ++fates[static_cast<size_t>(fate)];
      if (!timeline.forgets) {
        ASSERT_EQ(Show(got), Show(expected)) << "timeline " << t << " input " << input;
      }
      if (timeline.forgets || OneIn(4)) {
        watermark = std::max(watermark, head_ - Number(-20, 20));
        const std::optional<Time> deadline = criterion.NextDeadline(state);
        const bool due = deadline && TimeFromMs(watermark) > *deadline;
        const CountState before = state;
        criterion.OnTime(state, TimeFromMs(watermark), got);
        ASSERT_EQ(state != before, due);
        naive.OnTime(TimeFromMs(watermark), expected);
        ASSERT_EQ(Show(got), Show(expected)) << "timeline " << t << " input " << input;
      }
      summaries += got.closed.size();
      if (timeline.forgets) {
        floor_ = watermark - timeline.lateness.count();
        if (criterion.IsIdle(state, TimeFromMs(watermark))) {
          forgotten += state != CountState{} ? 1 : 0;
          state = {};
        }
      }
      if (OneIn(4)) state = Stored(criterion, state);
    }
  }
  for (size_t i = 0; i < fates.size(); ++i)
    std::cout << FateName(static_cast<Fate>(i)) << ": " << fates[i] << "\n";
  std::cout << "summaries: " << summaries << "\nforgotten: " << forgotten << "\n";
  for (const Fate fate :
       {Fate::kCounted, Fate::kJoined, Fate::kFired, Fate::kLate, Fate::kNoValue, Fate::kOverflow})
    EXPECT_GT(fates[static_cast<size_t>(fate)], timelines / 10) << FateName(fate);
  EXPECT_GT(summaries, timelines / 10);
  EXPECT_GT(forgotten, timelines / 50);
}

// Folding at every insertion: the decisions are the same, and no match is counted that was not
// there.
TEST_F(CountTimelinesTest, FoldedRepeatsChangeNoDecision) {
  const uint64_t timelines = test::NumberFromEnvironment("RIPOSTE_TIMELINES", kTimelines) / 4;
  uint64_t folded = 0;
  for (uint64_t t = 0; t < timelines; ++t) {
    Restart();
    Timeline timeline = Random();
    timeline.count.measure = Measure::kDistinct;
    timeline.count.comparison = OneIn(2) ? Comparison::kAtLeast : Comparison::kMoreThan;
    timeline.bounds = {.kept = 1000, .fold_from = 1};
    if (timeline.count.cooldown < timeline.count.within) timeline.in_order = true;
    const CountCriterion criterion(timeline.count, timeline.lateness, timeline.bounds);
    NaiveCount naive(timeline.count, timeline.lateness, timeline.bounds.kept);
    CountState state;
    for (uint64_t input = 0; input < 40; ++input) {
      const Occurrence occurrence = Next(timeline, input);
      Outcome got;
      Outcome expected;
      const Fate fate = criterion.OnOccurrence(state, occurrence, got);
      ASSERT_EQ(FateName(fate), FateName(naive.OnOccurrence(occurrence, expected)))
          << "timeline " << t << " input " << input;
      ASSERT_EQ(ShowDecisions(got), ShowDecisions(expected)) << "timeline " << t;
      for (size_t i = 0; i < got.fired.size(); ++i) {
        const Completion& fired = got.fired[i];
        if (timeline.in_order) {
          ASSERT_LE(fired.matches, expected.fired[i].matches) << "timeline " << t;
        }
        ASSERT_GE(fired.matches, static_cast<int64_t>(fired.events.size()));
        folded += fired.events.size() < expected.fired[i].events.size() ? 1 : 0;
      }
      if (OneIn(4)) state = Stored(criterion, state);
    }
  }
  std::cout << "firings with folded repeats: " << folded << "\n";
  EXPECT_GT(folded, timelines / 20);
}

// Windows that are followed, not measured anew, and states of that size stored.
TEST_F(CountTimelinesTest, LargeWindowsAgreeToo) {
  const uint64_t timelines = test::NumberFromEnvironment("RIPOSTE_TIMELINES", kTimelines) / 400;
  uint64_t fired = 0;
  for (uint64_t t = 0; t < timelines; ++t) {
    Restart();
    Timeline timeline = Random();
    rule::Count& count = timeline.count;
    count.comparison = Comparison::kAtLeast;
    count.threshold = static_cast<double>(Number(40, 90));
    if (count.measure == Measure::kAverage || count.measure == Measure::kPercentile)
      count.threshold = 2.5;
    count.within = Duration(Number(50, 150));
    timeline.bounds = {.kept = static_cast<size_t>(Number(50, 400)), .fold_from = 10'000};
    timeline.values = 100;
    timeline.lateness = Duration(Number(0, 100));
    const CountCriterion criterion(count, timeline.lateness, timeline.bounds);
    NaiveCount naive(count, timeline.lateness, timeline.bounds.kept);
    CountState state;
    for (uint64_t input = 0; input < 400; ++input) {
      const Occurrence occurrence = Next(timeline, input);
      Outcome got;
      Outcome expected;
      const Fate fate = criterion.OnOccurrence(state, occurrence, got);
      ASSERT_EQ(FateName(fate), FateName(naive.OnOccurrence(occurrence, expected)))
          << "timeline " << t << " input " << input;
      ASSERT_EQ(Show(got), Show(expected)) << "timeline " << t << " input " << input;
      fired += got.fired.size();
      if (OneIn(50)) state = Stored(criterion, state);
    }
  }
  std::cout << "fired: " << fired << "\n";
  EXPECT_GT(fired, timelines / 4);
}

// Either refused, or a state that goes on and is written as it was read.
TEST_F(CountTimelinesTest, DamagedBytesAreRefusedOrRead) {
  const uint64_t timelines = test::NumberFromEnvironment("RIPOSTE_TIMELINES", kTimelines) / 4;
  uint64_t refused = 0;
  uint64_t accepted = 0;
  for (uint64_t t = 0; t < timelines; ++t) {
    Restart();
    const Timeline timeline = Random();
    const CountCriterion criterion(timeline.count, timeline.lateness, timeline.bounds);
    CountState state;
    Outcome outcome;
    for (uint64_t input = 0; input < 10; ++input)
      criterion.OnOccurrence(state, Next(timeline, input), outcome);
    std::string bytes;
    ByteWriter writer(bytes);
    criterion.Write(state, writer);
    for (int damage = 0; damage < 8; ++damage) {
      std::string damaged = bytes;
      for (int64_t n = Number(1, 3); n > 0; --n)
        damaged[static_cast<size_t>(Number(0, static_cast<int64_t>(damaged.size()) - 1))] =
            static_cast<char>(Number(0, 255));
      if (OneIn(4))
        damaged.resize(static_cast<size_t>(Number(0, static_cast<int64_t>(damaged.size()))));
      ByteReader reader(damaged);
      CountState read = state;
      if (!criterion.Read(reader, read)) {
        ++refused;
        ASSERT_EQ(read, state);
        continue;
      }
      ++accepted;
      read = Stored(criterion, read);
      for (uint64_t input = 2000; input < 2010; ++input)
        criterion.OnOccurrence(read, Next(timeline, input), outcome);
      criterion.OnTime(read, TimeFromMs(head_ + 100), outcome);
    }
  }
  std::cout << "refused: " << refused << "\naccepted: " << accepted << "\n";
  EXPECT_GT(refused, timelines);
  EXPECT_GT(accepted, timelines / 10);
}

}  // namespace
}  // namespace riposte::trigger
