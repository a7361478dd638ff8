#include "engine/pipeline/contributions.h"

#include <gtest/gtest.h>

#include "tests/engine/pipeline/contribution_fixture.h"

namespace riposte::pipeline {
namespace {

using std::chrono::minutes;
using test::kShuffleTime;

class ContributionsTest : public testing::Test {
 protected:
  std::span<trigger::Contribution> Of(uint32_t rule, const test::ShuffleEvents::Seen& seen) {
    const match::Match match{.rule = rule, .part = 0};
    return contributions_.OfMatches(*seen.event, {&match, 1}, seen.subject, next_index_);
  }

  test::ShuffleEvents events_;
  std::shared_ptr<const trigger::MatchValues> values_ = trigger::ValuesOf(test::ShuffleRules());
  Contributions contributions_{values_};
  uint64_t next_index_ = 7;
};

TEST_F(ContributionsTest, AnEventIsToldWithItsTimeItsOwnOrderAndWhatFiringsTell) {
  const auto found = Of(test::kPairRule, events_.Of("pc", "ann", kShuffleTime));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].key, trigger::KeyWith({"pc", "ann"}));
  EXPECT_EQ(found[0].route, "pc");
  EXPECT_EQ(found[0].place, (trigger::Place{.time = kShuffleTime, .order = trigger::OrderOf(7)}));
  EXPECT_EQ(next_index_, 8u);
  const std::optional<remediate::Subject> told = remediate::ReadSubject(found[0].event);
  ASSERT_TRUE(told);
  EXPECT_EQ(told->event_id, "e");
}

TEST_F(ContributionsTest, ATimeIsBelievedSoFar) {
  auto ahead = events_.Of("pc", "ann", kShuffleTime + minutes(6));
  ahead.subject.origin.append_time = kShuffleTime;
  EXPECT_EQ(Of(test::kPairRule, ahead)[0].place.time, kShuffleTime + minutes(5));
  const auto oldest = events_.Of("pc", "ann", trigger::kPlaceTimeMin - Duration(1));
  EXPECT_EQ(Of(test::kPairRule, oldest)[0].place.time, trigger::kPlaceTimeMin);
  const auto latest = events_.Of("pc", "ann", trigger::kPlaceTimeMax + Duration(1));
  EXPECT_EQ(Of(test::kPairRule, latest)[0].place.time, trigger::kPlaceTimeMax);
}

TEST_F(ContributionsTest, WhatHasNoGroupIsCountedUntilForgotten) {
  trigger::TriggerDecoder decoder;
  const event::Event& event = decoder.Decode("{}");
  EXPECT_TRUE(Of(test::kPairRule, {.event = &event, .subject = {}}).empty());
  EXPECT_EQ(contributions_.left_out().no_key, 1u);
  EXPECT_EQ(next_index_, 7u);
  contributions_.Forget();
  EXPECT_EQ(contributions_.left_out(), trigger::LeftOut{});
}

}  // namespace
}  // namespace riposte::pipeline
