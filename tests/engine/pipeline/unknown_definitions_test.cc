#include "engine/pipeline/unknown_definitions.h"

#include <string>

#include <gtest/gtest.h>

namespace riposte::pipeline {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using Verdict = UnknownDefinitions::Verdict;

constexpr Time kNow = TimeFromMs(1'800'000'000'000);
constexpr Duration kWait = UnknownDefinitions::kWait;
constexpr Duration kMs{1};

class UnknownDefinitionsTest : public testing::Test {
 protected:
  Verdict Judge(const std::string& definition, Time now,
                ShuffleReject reject = ShuffleReject::kUnknownDefinition) {
    ShuffleRecord record;
    record.definition = definition;
    return unknown_.Judge(record, reject, now);
  }
  void GiveUp(const std::string& definition, Time now) {
    ASSERT_EQ(Judge(definition, now), Verdict::kWait) << definition;
    ASSERT_EQ(Judge(definition, now + kWait), Verdict::kGiveUp) << definition;
  }
  UnknownDefinitions unknown_;
};

TEST_F(UnknownDefinitionsTest, ARecordIsHeldForTheWait) {
  EXPECT_EQ(Judge("a", kNow), Verdict::kWait);
  EXPECT_EQ(unknown_.until(), kNow + kWait);
  EXPECT_EQ(Judge("a", kNow + kWait - kMs), Verdict::kWait);
  EXPECT_EQ(Judge("a", kNow + kWait), Verdict::kGiveUp);
}

TEST_F(UnknownDefinitionsTest, WhatWasGivenUpIsNotWaitedForAgain) {
  GiveUp("a", kNow);
  EXPECT_EQ(Judge("a", kNow + kWait), Verdict::kGiveUp);
  EXPECT_EQ(Judge("b", kNow + kWait), Verdict::kWait) << "another";
  ShuffleRecord other_rule;
  other_rule.rule = Uuid::V5(Uuid{}, "other");
  other_rule.definition = "a";
  EXPECT_EQ(unknown_.Judge(other_rule, ShuffleReject::kUnknownRule, kNow), Verdict::kWait);
}

TEST_F(UnknownDefinitionsTest, WhatIsGivenUpIsCountedByReason) {
  GiveUp("a", kNow);
  Judge("a", kNow + kWait);
  Judge("a", kNow + kWait, ShuffleReject::kUnknownRule);
  EXPECT_EQ(unknown_.given_up(ShuffleReject::kUnknownDefinition), 2u);
  EXPECT_EQ(unknown_.given_up(ShuffleReject::kUnknownRule), 1u);
}

TEST_F(UnknownDefinitionsTest, AReloadForgetsWhatWasGivenUp) {
  GiveUp("a", kNow);
  unknown_.OnReload();
  EXPECT_EQ(Judge("a", kNow + hours(1)), Verdict::kWait);
  EXPECT_EQ(unknown_.until(), kNow + hours(1) + kWait);
}

TEST_F(UnknownDefinitionsTest, ReloadsThatDoNotBringItDoNotHoldItLonger) {
  EXPECT_EQ(Judge("a", kNow), Verdict::kWait);
  unknown_.OnReload();
  EXPECT_EQ(Judge("a", kNow + kWait), Verdict::kGiveUp);
}

TEST_F(UnknownDefinitionsTest, AWaitThatEndedWellIsNotCountedForTheNext) {
  EXPECT_EQ(Judge("a", kNow), Verdict::kWait);
  unknown_.EndWait();
  EXPECT_EQ(Judge("a", kNow + hours(1)), Verdict::kWait);
}

TEST_F(UnknownDefinitionsTest, AClockThatIsSetBackHoldsNothingLonger) {
  EXPECT_EQ(Judge("a", kNow), Verdict::kWait);
  EXPECT_EQ(Judge("a", kNow - hours(5)), Verdict::kWait);
  EXPECT_EQ(unknown_.until(), kNow - hours(5) + kWait);
}

TEST_F(UnknownDefinitionsTest, BeyondTheBoundNothingIsWaitedForUntilAReload) {
  for (size_t i = 0; i < UnknownDefinitions::kGivenUpMax; ++i) GiveUp(std::to_string(i), kNow);
  EXPECT_EQ(Judge("more", kNow), Verdict::kGiveUp);
  unknown_.OnReload();
  EXPECT_EQ(Judge("more", kNow), Verdict::kWait);
}

TEST(UnknownDefinitionsDeathTest, AnotherRecordIsNeverHeld) {
  UnknownDefinitions unknown;
  EXPECT_DEATH(unknown.Judge({}, ShuffleReject::kMalformed, kNow), "never held");
}

}  // namespace
}  // namespace riposte::pipeline
