#include "engine/trigger/state_view.h"

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/environment.h"

namespace riposte::trigger {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Duration kMs{1};
constexpr WindowOptions kOptions{.allowed_lateness = 20 * kMs, .groups_max = 4};

// One group of a rule, as it is stored.
class Group {
 public:
  explicit Group(rule::Trigger trigger) {
    rule_.trigger = std::move(trigger);
    windows_ = MakeRuleWindows(rule_, kOptions).value();
  }
  Group& Take(int64_t ms, StepSet parts = 1, bool until = false, std::string value = {}) {
    Contribution contribution;
    contribution.parts = parts;
    contribution.until = until;
    contribution.place = {.time = TimeFromMs(ms), .order = ++order_};
    contribution.event = "e" + std::to_string(order_);
    if (!value.empty()) contribution.values = {std::move(value)};
    Outcome outcome;
    windows_->Take(contribution, watermark_, outcome);
    return *this;
  }
  Group& At(int64_t ms) {
    watermark_ = TimeFromMs(ms);
    return *this;
  }
  std::string Bytes() const {
    std::vector<RuleWindows::GroupState> all;
    windows_->AppendAll(all);
    EXPECT_EQ(all.size(), 1u);
    return all.empty() ? "" : *all.front().bytes;
  }
  StateView View() const {
    const Result<StateView> view = ViewState(rule_, kOptions, Bytes());
    EXPECT_TRUE(view.ok()) << view.status().message();
    return view.ok() ? *view : StateView();
  }
  const rule::Rule& rule() const { return rule_; }

 private:
  rule::Rule rule_;
  std::unique_ptr<RuleWindows> windows_;
  uint64_t order_ = 0;
  Time watermark_ = Time::min();
};

std::vector<std::string> Events(const StateView& view) {
  std::vector<std::string> events;
  for (const StateView::Seen& seen : view.kept) events.push_back(seen.event);
  return events;
}

TEST(StateViewTest, ACountTellsWhatItCounts) {
  Group group(rule::Count{.threshold = 3, .within = 10 * kMs, .cooldown = 5 * kMs});
  const StateView view = group.Take(105).Take(100).View();
  EXPECT_THAT(Events(view), ElementsAre("e2", "e1"));
  EXPECT_EQ(view.kept[0].time, TimeFromMs(100));
  EXPECT_EQ(view.newest, TimeFromMs(105));
  EXPECT_EQ(view.used_up_to, std::nullopt);
  EXPECT_EQ(view.joined, std::nullopt);
  EXPECT_EQ(view.deadline, std::nullopt);
}

TEST(StateViewTest, AnOpenFiringTellsWhatHasJoined) {
  Group group(rule::Count{.threshold = 2, .within = 10 * kMs, .cooldown = 5 * kMs});
  const StateView view = group.Take(100).Take(101).Take(103).View();
  EXPECT_THAT(view.kept, IsEmpty());
  ASSERT_TRUE(view.joined);
  EXPECT_EQ(view.joined->count, 1);
  EXPECT_EQ(view.used_up_to, TimeFromMs(106));
  EXPECT_EQ(view.deadline, TimeFromMs(106));
}

TEST(StateViewTest, ASequenceTellsItsPartials) {
  rule::Sequence sequence{.within = 50 * kMs, .steps = {{}, {}, {}}};
  Group group(sequence);
  const StateView view =
      group.Take(100, StepBit(0)).Take(101, StepBit(1)).Take(102, StepBit(0) | StepBit(2)).View();
  ASSERT_EQ(view.kept.size(), 3u);
  EXPECT_TRUE(view.kept[2].completed);
  EXPECT_THAT(view.kept[2].steps, ElementsAre(0, 2));
  EXPECT_EQ(view.newest, TimeFromMs(102));
  EXPECT_THAT(view.partials, ElementsAre(StateView::Partial{.occurrences = {2}, .waits = false}));
}

TEST(StateViewTest, WhatOnlyAnAbsenceKeepsWaiting) {
  rule::Sequence sequence{.within = 50 * kMs, .steps = {{}, {}, {.absent = true}}};
  Group group(sequence);
  const StateView view = group.Take(100, StepBit(0)).Take(101, StepBit(1)).View();
  EXPECT_THAT(view.partials, ElementsAre(StateView::Partial{.occurrences = {0, 1}, .waits = true}));
  EXPECT_EQ(view.deadline, TimeFromMs(150));
}

TEST(StateViewTest, WhatFitsUntil) {
  rule::Sequence sequence{.within = 50 * kMs, .steps = {{}, {}}, .until = rule::Step{}};
  Group group(sequence);
  const StateView view = group.Take(100, StepBit(0)).Take(101, 0, true).View();
  ASSERT_EQ(view.kept.size(), 2u);
  EXPECT_TRUE(view.kept[1].until);
  EXPECT_THAT(view.kept[1].steps, IsEmpty());
  EXPECT_THAT(view.partials, IsEmpty());
}

TEST(StateViewTest, UnorderedTellsItsSteps) {
  Group group(rule::Unordered{.within = 50 * kMs, .steps = {{}, {}}});
  StateView view = group.Take(100, StepBit(1)).View();
  ASSERT_EQ(view.kept.size(), 1u);
  EXPECT_THAT(view.kept[0].steps, ElementsAre(1));
  EXPECT_EQ(view.newest, TimeFromMs(100));
  EXPECT_EQ(view.used_up_to, std::nullopt);
  view = group.Take(104, StepBit(0)).View();
  EXPECT_THAT(view.kept, IsEmpty());
  EXPECT_EQ(view.used_up_to, TimeFromMs(104));
}

TEST(StateViewTest, AScheduleTellsItsOpenWindows) {
  constexpr int64_t kHour = 3'600'000;
  Group group(
      rule::Scheduled{.from = std::chrono::hours(16), .to = std::chrono::hours(17), .at_least = 3});
  const StateView view = group.At(16 * kHour).Take(16 * kHour).Take(16 * kHour + 1).View();
  ASSERT_EQ(view.windows.size(), 1u);
  EXPECT_EQ(view.windows[0].begin, TimeFromMs(16 * kHour));
  EXPECT_EQ(view.windows[0].end, TimeFromMs(17 * kHour));
  EXPECT_EQ(view.windows[0].matches.count, 2);
  EXPECT_EQ(view.deadline, TimeFromMs(17 * kHour) - kMs);
}

Nearest Near(double reached, double needed, int64_t first, int64_t last, int64_t by,
             std::vector<size_t> missing = {}) {
  return {.reached = reached,
          .needed = needed,
          .first = TimeFromMs(first),
          .last = TimeFromMs(last),
          .by = TimeFromMs(by),
          .missing = std::move(missing)};
}

TEST(StateViewTest, HowNearACountCame) {
  Group group(rule::Count{.threshold = 3, .within = 10 * kMs, .cooldown = 5 * kMs});
  EXPECT_EQ(group.Take(100).View().nearest, Near(1, 3, 100, 100, 110));
  EXPECT_EQ(group.Take(110).View().nearest, Near(2, 3, 100, 110, 110)) << "exactly within";
  EXPECT_EQ(group.Take(121).View().nearest, Near(2, 3, 100, 110, 110)) << "the newest is less near";
  EXPECT_EQ(group.Take(122).View().nearest, Near(2, 3, 121, 122, 131)) << "the newest of the best";
  EXPECT_EQ(group.Take(123).View().nearest, std::nullopt) << "an open firing";
}

// Against all windows of what the view has.
TEST(StateViewTest, HowNearCountsCame) {
  const uint64_t seed = test::NumberFromEnvironment("RIPOSTE_SEED", 7);
  SCOPED_TRACE("RIPOSTE_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 200; ++round) {
    const auto within = static_cast<int64_t>(random() % 12);
    Group group(rule::Count{.threshold = 50, .within = within * kMs});
    for (int64_t time = 100, n = 0; n < 30; ++n) {
      time += static_cast<int64_t>(random() % 9) - 2;
      const StateView view = group.Take(time).View();
      Nearest best{.needed = 50};
      for (const StateView::Seen& last : view.kept) {
        const auto counts = [&](const StateView::Seen& seen) {
          return seen.time <= last.time && seen.time >= last.time - within * kMs;
        };
        const auto count = static_cast<double>(std::ranges::count_if(view.kept, counts));
        // Of one moment the last has most.
        if (count < best.reached) continue;
        const Time first = std::ranges::find_if(view.kept, counts)->time;
        best = {.reached = count, .needed = 50, .first = first, .last = last.time};
        best.by = first + within * kMs;
      }
      ASSERT_EQ(view.nearest, best) << "round " << round;
    }
  }
}

TEST(StateViewTest, HowNearWhatMustStayLowCame) {
  Group group(rule::Count{.comparison = rule::Comparison::kEqual, .threshold = 2, .within = kMs});
  EXPECT_EQ(group.Take(100).View().nearest, Near(1, 2, 100, 100, 101));
}

TEST(StateViewTest, HowNearASequenceCame) {
  rule::Sequence sequence{.within = 50 * kMs, .steps = {{}, {.at_least = 2}, {}}};
  Group group(sequence);
  EXPECT_EQ(group.Take(100, StepBit(0)).View().nearest, Near(1, 4, 100, 100, 150, {1}));
  EXPECT_EQ(group.Take(101, StepBit(1)).View().nearest, Near(2, 4, 100, 101, 150, {1}));
  EXPECT_EQ(group.Take(102, StepBit(0)).View().nearest, Near(2, 4, 100, 101, 150, {1}));
  EXPECT_EQ(group.Take(103, StepBit(1)).View().nearest, Near(3, 4, 100, 103, 150, {2}));
  EXPECT_EQ(group.Take(150, StepBit(2)).View().nearest, Near(2, 4, 102, 103, 152, {1}));
}

TEST(StateViewTest, OnlyAnAbsenceIsMissing) {
  rule::Sequence sequence{.within = 50 * kMs, .steps = {{}, {.absent = true}}};
  Group group(sequence);
  EXPECT_EQ(group.Take(100, StepBit(0)).View().nearest, Near(1, 1, 100, 100, 150));
  EXPECT_EQ(group.Take(101, StepBit(1)).View().nearest, std::nullopt) << "broken";
}

TEST(StateViewTest, HowNearUnorderedCame) {
  Group group(
      rule::Unordered{.within = 50 * kMs, .steps = {{}, {.at_least = 2}, {.absent = true}}});
  EXPECT_EQ(group.Take(100, StepBit(1)).View().nearest, Near(0, 2, 100, 100, 150, {0, 1}));
  EXPECT_EQ(group.Take(101, StepBit(1)).View().nearest, Near(1, 2, 100, 101, 150, {0}));
  EXPECT_EQ(group.Take(102, StepBit(2)).View().nearest, Near(1, 2, 100, 101, 150, {0}));
  EXPECT_EQ(group.Take(150, StepBit(0)).View().nearest, Near(2, 2, 100, 150, 150)) << "but broken";
}

TEST(StateViewTest, HowNearAScheduleCame) {
  constexpr int64_t kHour = 3'600'000;
  Group group(
      rule::Scheduled{.from = std::chrono::hours(16), .to = std::chrono::hours(17), .at_least = 3});
  EXPECT_EQ(group.At(16 * kHour).Take(16 * kHour).Take(16 * kHour + 1).View().nearest,
            Near(2, 3, 16 * kHour, 17 * kHour - 1, 17 * kHour - 1));
}

TEST(StateViewTest, WhatIsNoStateIsTold) {
  Group group(rule::Count{.threshold = 3, .within = 10 * kMs});
  const std::string bytes = group.Take(100).Bytes();
  for (const std::string& wrong : {std::string(), bytes + "x", bytes.substr(1)})
    EXPECT_EQ(ViewState(group.rule(), kOptions, wrong).status().code(), ErrorCode::kDamaged);
  EXPECT_EQ(ViewState(rule::Rule(), kOptions, bytes).status().code(), ErrorCode::kInvalidArgument);
  rule::Rule moon;
  moon.trigger = rule::Scheduled{.timezone = "Moon/Base"};
  EXPECT_FALSE(ViewState(moon, kOptions, bytes).ok());
}

}  // namespace
}  // namespace riposte::trigger
