#include "engine/trigger/scheduled.h"

#include <algorithm>
#include <iostream>
#include <random>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "tests/engine/trigger/walked_schedule.h"
#include "tests/support/environment.h"

namespace riposte::trigger {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using State = ScheduledCriterion::State;

constexpr Duration kMillisecond{1};
constexpr Duration kLateness = hours(1);

Time At(const char* text) { return *ParseTime(text); }

// 16:00 to 17:00 UTC.
ScheduledCriterion Office(int64_t at_least, Duration lateness = kLateness) {
  return ScheduledCriterion::Make({.period = rule::Scheduled::Period::kDaily,
                                   .days = {},
                                   .from = hours(16),
                                   .to = hours(17),
                                   .timezone = "UTC",
                                   .at_least = at_least,
                                   .group_by = {}},
                                  lateness)
      .value();
}

class ScheduledTest : public testing::Test {
 protected:
  Fate See(const ScheduledCriterion& criterion, Time time) {
    const std::string event = "e" + std::to_string(++order_);
    return criterion.OnOccurrence(
        state_, {.place = {.time = time, .order = order_}, .event = event, .value = {}}, outcome_);
  }
  std::vector<std::string> FiredEvents() const {
    std::vector<std::string> events;
    for (const Completion& completion : outcome_.fired)
      for (const Kept& kept : completion.events) events.push_back(kept.event);
    return events;
  }

  State state_;
  Outcome outcome_;
  uint64_t order_ = 0;
};

TEST_F(ScheduledTest, FiresAtTheEndWithEnough) {
  const ScheduledCriterion criterion = Office(2);
  EXPECT_EQ(See(criterion, At("2026-01-15T16:59:59.999Z")), Fate::kCounted);
  EXPECT_EQ(See(criterion, At("2026-01-15T16:00:00Z")), Fate::kCounted);
  const Time end = At("2026-01-15T17:00:00Z");
  EXPECT_EQ(criterion.NextDeadline(state_), end - kMillisecond);
  criterion.OnTime(state_, end - kMillisecond, outcome_);
  EXPECT_TRUE(outcome_.fired.empty());
  EXPECT_FALSE(criterion.IsIdle(state_, end - kMillisecond));
  criterion.OnTime(state_, end, outcome_);
  ASSERT_EQ(outcome_.fired.size(), 1u);
  EXPECT_EQ(outcome_.fired[0].time, end);
  EXPECT_TRUE(outcome_.fired[0].by_deadline);
  EXPECT_EQ(outcome_.fired[0].matches, 2);
  EXPECT_EQ(FiredEvents(), (std::vector<std::string>{"e2", "e1"}));
  EXPECT_EQ(criterion.NextDeadline(state_), std::nullopt);
  EXPECT_TRUE(criterion.IsIdle(state_, end));
}

TEST_F(ScheduledTest, OneTooFewDoesNotFire) {
  const ScheduledCriterion criterion = Office(3);
  See(criterion, At("2026-01-15T16:10:00Z"));
  See(criterion, At("2026-01-15T16:20:00Z"));
  EXPECT_EQ(See(criterion, At("2026-01-15T17:00:00Z")), Fate::kOutside);
  EXPECT_EQ(See(criterion, At("2026-01-15T15:59:59.999Z")), Fate::kOutside);
  criterion.OnTime(state_, At("2026-01-16T00:00:00Z"), outcome_);
  EXPECT_TRUE(outcome_.fired.empty());
  EXPECT_TRUE(state_.open.empty());
}

TEST_F(ScheduledTest, AnOccurrenceOfAClosedWindowIsLate) {
  const ScheduledCriterion criterion = Office(1);
  criterion.OnTime(state_, At("2026-01-15T17:00:00Z"), outcome_);
  EXPECT_EQ(See(criterion, At("2026-01-15T16:30:00Z")), Fate::kLate);
  EXPECT_EQ(See(criterion, At("2026-01-16T16:30:00Z")), Fate::kCounted);
}

TEST_F(ScheduledTest, BehindTheNewestByMoreThanTheLatenessIsLate) {
  const ScheduledCriterion criterion = Office(1, minutes(10));
  See(criterion, At("2026-01-15T16:30:00Z"));
  EXPECT_EQ(See(criterion, At("2026-01-15T16:20:00Z")), Fate::kCounted);
  EXPECT_EQ(See(criterion, At("2026-01-15T16:19:59.999Z")), Fate::kLate);
  EXPECT_EQ(See(criterion, At("2026-01-15T18:00:00Z")), Fate::kOutside);
  EXPECT_EQ(See(criterion, At("2026-01-15T16:20:00Z")), Fate::kCounted)
      << "what is outside does not move the newest";
}

TEST_F(ScheduledTest, WindowsCloseInOrder) {
  const ScheduledCriterion criterion = Office(1, days(9));
  for (const char* time : {"2026-01-16T16:30:00Z", "2026-01-15T16:30:00Z", "2026-01-17T16:30:00Z"})
    EXPECT_EQ(See(criterion, At(time)), Fate::kCounted);
  criterion.OnTime(state_, At("2026-01-16T17:00:00Z"), outcome_);
  EXPECT_EQ(FiredEvents(), (std::vector<std::string>{"e2", "e1"}));
  EXPECT_EQ(state_.open.size(), 1u);
}

TEST_F(ScheduledTest, AtTheBoundTheOldestIsClosedEarly) {
  const ScheduledCriterion criterion = Office(1);
  const Time first = At("2026-01-15T16:30:00Z");
  for (int day = 0; day < static_cast<int>(ScheduledCriterion::kOpenMax); ++day)
    EXPECT_EQ(See(criterion, first + days(day)), Fate::kCounted);
  EXPECT_TRUE(outcome_.fired.empty());
  EXPECT_EQ(See(criterion, first + days(ScheduledCriterion::kOpenMax)), Fate::kOverflow);
  EXPECT_EQ(FiredEvents(), std::vector<std::string>{"e1"});
  EXPECT_EQ(outcome_.fired[0].time, At("2026-01-15T17:00:00Z"));
  EXPECT_EQ(See(criterion, first), Fate::kLate);
  EXPECT_EQ(state_.open.size(), ScheduledCriterion::kOpenMax);
}

TEST_F(ScheduledTest, OfManyTheFirstAndTheLastAreKept) {
  const ScheduledCriterion criterion = Office(100);
  const Time begin = At("2026-01-15T16:00:00Z");
  for (int i = 0; i < 100; ++i) See(criterion, begin + minutes(i) / 2);
  criterion.OnTime(state_, begin + hours(1), outcome_);
  ASSERT_EQ(outcome_.fired.size(), 1u);
  EXPECT_EQ(outcome_.fired[0].matches, 100);
  const std::vector<std::string> events = FiredEvents();
  ASSERT_EQ(events.size(), 2 * Tally::kEnds);
  EXPECT_EQ(events[19], "e20");
  EXPECT_EQ(events[20], "e81");
}

TEST_F(ScheduledTest, AnUnknownZoneIsTheCalendarsError) {
  const Result<ScheduledCriterion> made =
      ScheduledCriterion::Make({.days = {}, .timezone = "Europe/Berln", .group_by = {}}, kLateness);
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.status().code(), ErrorCode::kNotFound);
}

std::string Written(const ScheduledCriterion& criterion, const State& state) {
  std::string bytes;
  ByteWriter writer(bytes);
  criterion.Write(state, writer);
  return bytes;
}

bool Read(const ScheduledCriterion& criterion, std::string_view bytes, State& state) {
  ByteReader reader(bytes);
  return criterion.Read(reader, state) && reader.at_end();
}

TEST_F(ScheduledTest, TheStateCanBeWrittenAndRead) {
  const ScheduledCriterion criterion = Office(1);
  criterion.OnTime(state_, At("2026-01-15T16:05:00Z"), outcome_);
  for (int i = 0; i < 50; ++i) See(criterion, At("2026-01-15T16:00:00Z") + minutes(i));
  See(criterion, At("2026-01-16T16:00:00Z"));
  State read;
  ASSERT_TRUE(Read(criterion, Written(criterion, state_), read));
  EXPECT_EQ(read, state_);
}

// The data of a zone changed while a window was open: it keeps its ends, and its neighbour gets
// what is left.
TEST_F(ScheduledTest, AWindowThatIsOpenKeepsItsEnds) {
  const ScheduledCriterion criterion = Office(1, days(9));
  See(criterion, At("2026-01-15T16:10:00Z"));
  state_.open[0].window.end = At("2026-01-15T16:20:00Z");
  EXPECT_EQ(See(criterion, At("2026-01-15T16:15:00Z")), Fate::kCounted);
  EXPECT_EQ(See(criterion, At("2026-01-15T16:20:00Z")), Fate::kCounted);
  ASSERT_EQ(state_.open.size(), 2u);
  EXPECT_EQ(state_.open[0].matches.count, 2);
  EXPECT_EQ(state_.open[1].window,
            (Window{.begin = At("2026-01-15T16:20:00Z"), .end = At("2026-01-15T17:00:00Z")}));
  state_.open[0].window.begin = At("2026-01-15T16:05:00Z");
  EXPECT_EQ(See(criterion, At("2026-01-15T16:01:00Z")), Fate::kCounted);
  EXPECT_EQ(state_.open[0].window,
            (Window{.begin = At("2026-01-15T16:00:00Z"), .end = At("2026-01-15T16:05:00Z")}));
  State read;
  EXPECT_TRUE(Read(criterion, Written(criterion, state_), read));
}

class ScheduledBytesTest : public ScheduledTest {
 protected:
  void SetUp() override {
    for (int i = 0; i < 50; ++i) See(criterion_, At("2026-01-15T16:00:00Z") + minutes(i));
    See(criterion_, At("2026-01-16T16:00:00Z"));
  }
  void ExpectRefused(const State& hostile, const char* what) {
    State read = state_;
    EXPECT_FALSE(Read(criterion_, Written(criterion_, hostile), read)) << what;
    EXPECT_EQ(read, state_) << what;
  }

  const ScheduledCriterion criterion_ = Office(1);
};

TEST_F(ScheduledBytesTest, WhatCannotBeIsRefused) {
  const auto with = [this](auto change) {
    State changed = state_;
    change(changed);
    return changed;
  };
  ExpectRefused(with([](State& s) { s.closed_to = s.open[0].window.end; }), "open and closed");
  ExpectRefused(with([](State& s) { std::swap(s.open[0], s.open[1]); }), "not ascending");
  ExpectRefused(
      with([](State& s) { s.open[1].window.begin = s.open[0].window.end - kMillisecond; }),
      "overlapping");
  ExpectRefused(with([](State& s) { s.open[1].window.end = s.open[1].window.begin; }), "empty");
  ExpectRefused(with([](State& s) {
                  s.open[1].window.end =
                      s.open[1].window.begin + Calendar::kLengthMax + kMillisecond;
                }),
                "too long");
  ExpectRefused(with([](State& s) { s.open[1].window.begin = Time::max() - kMillisecond; }),
                "of no year");
  ExpectRefused(with([](State& s) { s.open[1].matches = {}; }), "without matches");
  ExpectRefused(with([](State& s) { s.open[1].matches.count = -1; }), "a count below zero");
  ExpectRefused(with([](State& s) { s.open[0].matches.count = 39; }), "a count below what is kept");
  ExpectRefused(with([](State& s) { s.open[1].matches.count = 2; }), "a count above what is kept");
  ExpectRefused(
      with([](State& s) { std::swap(s.open[0].matches.first[0], s.open[0].matches.first[1]); }),
      "events not ascending");
  ExpectRefused(with([](State& s) { std::swap(s.open[0].matches.first, s.open[0].matches.last); }),
                "last before first");
  ExpectRefused(with([](State& s) { s.open[0].matches.first[1] = s.open[0].matches.first[0]; }),
                "one twice");
  ExpectRefused(
      with([](State& s) { s.open[1].matches.first[0].place.time = s.open[1].window.end; }),
      "outside of its window");
  ExpectRefused(with([](State& s) {
                  while (s.open.size() <= ScheduledCriterion::kOpenMax) {
                    s.open.push_back(s.open.back());
                    s.open.back().window.begin += days(1);
                    s.open.back().window.end += days(1);
                    s.open.back().matches.first[0].place.time += days(1);
                  }
                }),
                "too many");
}

TEST_F(ScheduledBytesTest, EachCutIsRefused) {
  const std::string bytes = Written(criterion_, state_);
  for (size_t size = 0; size < bytes.size(); ++size) {
    State read = state_;
    EXPECT_FALSE(Read(criterion_, std::string_view(bytes).substr(0, size), read));
    EXPECT_EQ(read, state_);
  }
  State read;
  EXPECT_FALSE(Read(criterion_, "\x02" + bytes.substr(1), read)) << "another version";
}

TEST_F(ScheduledBytesTest, DamagedBytesAreRefusedOrAStateThatWorks) {
  const std::string bytes = Written(criterion_, state_);
  std::mt19937_64 random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::string damaged = bytes;
    for (uint64_t changes = 1 + random() % 3; changes > 0; --changes)
      damaged[random() % damaged.size()] = static_cast<char>(random());
    State read;
    if (!Read(criterion_, damaged, read)) continue;
    ASSERT_EQ(Written(criterion_, read), damaged);
    See(criterion_, At("2026-01-15T16:10:00Z"));
    criterion_.OnTime(read, Time::max(), outcome_);
    ASSERT_TRUE(read.open.empty());
  }
}

// All that was accepted in one heap, of which each answer is made anew. The windows are those that
// a walk through time finds.
class Reference {
 public:
  Reference(const std::vector<Window>& windows, int64_t at_least, Duration lateness)
      : windows_(windows), at_least_(at_least), lateness_(lateness) {}

  Fate OnOccurrence(const Kept& kept, Outcome& outcome) {
    const Time time = kept.place.time;
    const std::optional<Window> window = WindowOf(time);
    if (!window) return Fate::kOutside;
    if (window->end <= closed_to_) return Fate::kLate;
    for (const Kept& other : accepted_)
      if (time < other.place.time - lateness_) return Fate::kLate;
    accepted_.push_back(kept);
    const std::set<Time> open = OpenEnds();
    if (open.size() <= 4) return Fate::kCounted;
    Close(*open.begin(), outcome);
    return Fate::kOverflow;
  }
  void OnTime(Time watermark, Outcome& outcome) {
    for (const Time end : OpenEnds())
      if (end <= watermark) Close(end, outcome);
    closed_to_ = std::max(closed_to_, watermark);
  }
  std::set<Time> OpenEnds() const {
    std::set<Time> ends;
    for (const Kept& kept : accepted_)
      if (const Time end = WindowOf(kept.place.time)->end; end > closed_to_) ends.insert(end);
    return ends;
  }

 private:
  std::optional<Window> WindowOf(Time time) const {
    const auto window = std::partition_point(
        windows_.begin(), windows_.end(), [time](const Window& each) { return each.end <= time; });
    if (window == windows_.end() || time < window->begin) return std::nullopt;
    return *window;
  }
  void Close(Time end, Outcome& outcome) {
    closed_to_ = std::max(closed_to_, end);
    std::vector<Kept> matches;
    for (const Kept& kept : accepted_)
      if (WindowOf(kept.place.time)->end == end) matches.push_back(kept);
    if (static_cast<int64_t>(matches.size()) < at_least_) return;
    std::sort(matches.begin(), matches.end(),
              [](const Kept& a, const Kept& b) { return a.place < b.place; });
    Completion completion;
    completion.time = end;
    completion.by_deadline = true;
    completion.matches = static_cast<int64_t>(matches.size());
    if (matches.size() > 40) matches.erase(matches.begin() + 20, matches.end() - 20);
    completion.events = matches;
    outcome.fired.push_back(completion);
  }

  const std::vector<Window>& windows_;
  int64_t at_least_;
  Duration lateness_;
  Time closed_to_ = Time::min();
  std::vector<Kept> accepted_;
};

// A schedule with the windows around `start`, which is found once for many timelines.
struct Scene {
  static constexpr int kDays = 12;

  rule::Scheduled schedule;
  Time start;
  std::vector<Window> windows;
};

Scene RandomScene(std::mt19937_64& random) {
  Scene scene{
      .schedule = test::RandomSchedule(random), .start = test::RandomStart(random), .windows = {}};
  scene.windows = test::WalkedWindows(scene.schedule, scene.start - days(10),
                                      scene.start + days(Scene::kDays + 5));
  return scene;
}

class Timeline {
 public:
  Timeline(const Scene& scene, uint64_t seed)
      : scene_(scene),
        random_(seed),
        lateness_(OneOf({Duration(0), hours(1), days(1), days(6)})),
        lag_(OneOf({Duration(0), hours(1), days(2), days(8)})),
        criterion_(ScheduledCriterion::Make(scene.schedule, lateness_).value()),
        reference_(scene.windows, scene.schedule.at_least, lateness_),
        clock_(scene.start) {}

  void Run() {
    const uint64_t steps = 10 + random_() % 40;
    for (uint64_t step = 0; step < steps && !testing::Test::HasFatalFailure(); ++step) {
      clock_ = std::min(clock_ + UpTo(hours(12)), scene_.start + days(Scene::kDays));
      watermark_ = std::max(watermark_, clock_ - lag_ - UpTo(hours(3)));
      Advance();
      if (random_() % 32 == 0) {
        Burst();
      } else {
        See(RandomTime());
      }
      if (random_() % 4 == 0) Store();
    }
    watermark_ = scene_.start + days(Scene::kDays + 4);
    Advance();
    ASSERT_TRUE(criterion_.IsIdle(state_, watermark_));
  }

 private:
  Duration OneOf(std::initializer_list<Duration> values) {
    return *(values.begin() + random_() % values.size());
  }
  Duration UpTo(Duration most) {
    return Duration(static_cast<int64_t>(random_() % static_cast<uint64_t>(most.count() + 1)));
  }
  // Around now, or long before, or at an end of a window.
  Time RandomTime() {
    Time time = clock_ - UpTo(random_() % 4 == 0 ? Duration(days(3)) : Duration(hours(3)));
    if (random_() % 3 != 0) return time;
    const auto window =
        std::partition_point(scene_.windows.begin(), scene_.windows.end(),
                             [time](const Window& each) { return each.end <= time; });
    if (window == scene_.windows.end() || window->begin > clock_ + days(1)) return time;
    return (random_() % 2 == 0 ? window->begin : window->end) - Duration(1) + UpTo(Duration(2));
  }
  void Burst() {
    const Time time = RandomTime();
    for (int i = 0; i < 50; ++i) See(time + UpTo(minutes(1)));
  }
  void See(Time time) {
    ++order_;
    const Kept kept{.place = {.time = time, .order = order_}, .event = std::to_string(order_)};
    Outcome outcome, expected;
    const Fate fate = criterion_.OnOccurrence(
        state_, {.place = kept.place, .event = kept.event, .value = {}}, outcome);
    ASSERT_EQ(FateName(fate), FateName(reference_.OnOccurrence(kept, expected)))
        << FormatTime(time);
    Compare(outcome, expected);
  }
  void Advance() {
    const std::optional<Time> deadline = criterion_.NextDeadline(state_);
    const std::set<Time> open = reference_.OpenEnds();
    ASSERT_EQ(deadline, open.empty() ? std::nullopt : std::optional(*open.begin() - kMillisecond));
    Outcome outcome, expected;
    criterion_.OnTime(state_, watermark_, outcome);
    reference_.OnTime(watermark_, expected);
    Compare(outcome, expected);
    const bool due = deadline && watermark_ > *deadline;
    ASSERT_TRUE(due || outcome.fired.empty());
  }
  // Through bytes, or forgotten where that makes no difference.
  void Store() {
    if (random_() % 2 == 0 && criterion_.IsIdle(state_, watermark_)) {
      state_ = State{};
      Outcome outcome;
      return criterion_.OnTime(state_, watermark_, outcome);
    }
    State read;
    ASSERT_TRUE(Read(criterion_, Written(criterion_, state_), read));
    ASSERT_EQ(read, state_);
    state_ = std::move(read);
  }
  static void Compare(const Outcome& outcome, const Outcome& expected) {
    ASSERT_EQ(outcome.fired, expected.fired);
    ASSERT_TRUE(outcome.closed.empty());
  }

  const Scene& scene_;
  std::mt19937_64 random_;
  Duration lateness_;
  Duration lag_;
  ScheduledCriterion criterion_;
  Reference reference_;
  State state_;
  Time clock_;
  Time watermark_ = Time::min();
  uint64_t order_ = 0;
};

TEST(ScheduledRandomTest, IsWhatTheReferenceIs) {
  const uint64_t count = riposte::test::NumberFromEnvironment("RIPOSTE_TIMELINES", 10'000);
  const uint64_t seed = riposte::test::NumberFromEnvironment("RIPOSTE_SEED", 1);
  std::cout << "RIPOSTE_SEED=" << seed << " RIPOSTE_TIMELINES=" << count << std::endl;
  constexpr uint64_t kTimelinesAScene = 250;
  std::mt19937_64 random(seed);
  Scene scene;
  for (uint64_t i = 0; i < count && !testing::Test::HasFatalFailure(); ++i) {
    if (i % kTimelinesAScene == 0) scene = RandomScene(random);
    SCOPED_TRACE("timeline " + std::to_string(i) + " in " + scene.schedule.timezone);
    Timeline(scene, random()).Run();
  }
}

}  // namespace
}  // namespace riposte::trigger
