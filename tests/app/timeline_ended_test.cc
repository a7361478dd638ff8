#include "app/timeline_ended.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace riposte::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using trigger::StateView;

constexpr Duration kMs{1};

rule::Sequence ThreeSteps() {
  rule::Sequence sequence{.within = 10 * kMs, .steps = {{}, {}, {}}};
  sequence.steps[1].absent = true;
  sequence.steps[1].name = "no";
  return sequence;
}

// Events e<i> at 100 + i ms; each partial by what it consists of.
StateView ViewOf(size_t events, std::vector<std::vector<size_t>> partials) {
  StateView view;
  for (size_t i = 0; i < events; ++i)
    view.kept.push_back(
        {.time = TimeFromMs(100) + i * kMs, .event = "e" + std::to_string(i), .steps = {}});
  if (events > 0) view.newest = view.kept.back().time;
  for (std::vector<size_t>& partial : partials)
    view.partials.push_back({.occurrences = std::move(partial), .waits = false});
  return view;
}

trigger::Contribution At(int64_t ms, trigger::StepSet parts = 1, bool until = false) {
  trigger::Contribution contribution;
  contribution.parts = parts;
  contribution.until = until;
  contribution.place.time = TimeFromMs(ms);
  return contribution;
}

std::vector<std::string> Ended(const StateView& before, const StateView& after,
                               const trigger::Contribution* by, size_t fired = 0) {
  std::vector<std::string> out;
  for (const EndedPartial& ended : EndedPartials(ThreeSteps(), before, after, by, fired))
    out.push_back(std::to_string(ended.stages) + ": " + ended.why);
  return out;
}

TEST(EndedPartials, WhatGoesOnHasNotEnded) {
  const trigger::Contribution by = At(101);
  EXPECT_THAT(Ended(ViewOf(1, {{0}}), ViewOf(2, {{0, 1}}), &by), IsEmpty());
  EXPECT_THAT(Ended(ViewOf(1, {{0}}), ViewOf(2, {{0}, {1}}), &by), IsEmpty());
  EXPECT_THAT(Ended(ViewOf(0, {}), ViewOf(2, {{0}}), &by), IsEmpty());
}

TEST(EndedPartials, EachReason) {
  const StateView before = ViewOf(1, {{0}});
  const StateView after = ViewOf(2, {{1}});
  trigger::Contribution by = At(110);
  EXPECT_THAT(Ended(before, after, &by), ElementsAre("1: a newer one took its place"));
  by = At(111);
  EXPECT_THAT(Ended(before, after, &by),
              ElementsAre("1: 10ms were over at 1970-01-01T00:00:00.110Z"));
  EXPECT_THAT(Ended(before, {}, nullptr),
              ElementsAre("1: 10ms were over at 1970-01-01T00:00:00.110Z"));
  by = At(102, 0, true);
  EXPECT_THAT(Ended(before, after, &by), ElementsAre("1: 'until' came"));
  by = At(102, trigger::StepBit(1));
  EXPECT_THAT(Ended(before, after, &by), ElementsAre("1: 'no' came, which must stay away"));
  by = At(99);
  EXPECT_THAT(Ended(before, after, &by),
              ElementsAre("1: an event that came late changed the order"));
}

TEST(EndedPartials, AnAbsentStepElsewhereIsNotTheReason) {
  const trigger::Contribution by = At(103, trigger::StepBit(1) | trigger::StepBit(0));
  EXPECT_THAT(Ended(ViewOf(2, {{0, 1}}), ViewOf(3, {}), &by),
              ElementsAre("2: a newer one took its place"));
}

TEST(EndedPartials, WhatFiredHasNotEnded) {
  const trigger::Contribution by = At(103);
  EXPECT_THAT(Ended(ViewOf(2, {{1}, {0, 1}}), ViewOf(0, {}), &by, 1),
              ElementsAre("1: a newer one took its place"));
  StateView before = ViewOf(1, {{0}});
  before.kept[0].completed = true;
  EXPECT_THAT(Ended(before, ViewOf(0, {}), &by), IsEmpty());
}

}  // namespace
}  // namespace riposte::app
