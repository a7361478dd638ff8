#include "engine/pipeline/forwarder.h"

#include <gtest/gtest.h>

#include "engine/pipeline/owner.h"
#include "tests/engine/pipeline/contribution_fixture.h"

namespace riposte::pipeline {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using test::kShuffleTime;

constexpr Time kNow = kShuffleTime + minutes(1);

class ForwarderTest : public testing::Test {
 protected:
  void See(const std::string& asset, Time time) {
    const match::Match match{.rule = test::kPairRule, .part = 0};
    const auto seen = events_.Of(asset, "ann", time);
    forwarder_.OnRecord(0, time, time, kNow);
    forwarder_.OnMatches(*seen.event, {&match, 1}, seen.subject);
  }

  test::ShuffleEvents events_;
  const std::vector<std::string> inputs_ = {"edr/0"};
  Forwarder forwarder_{trigger::ValuesOf(test::ShuffleRules()), inputs_, 4, seconds(30), kNow};
};

TEST_F(ForwarderTest, EverythingGoesToItsOwner) {
  for (int i = 0; i < 20; ++i) See("pc" + std::to_string(i), kShuffleTime);
  ASSERT_EQ(forwarder_.outgoing().size(), 20u);
  for (int i = 0; i < 20; ++i) {
    const Outgoing& outgoing = forwarder_.outgoing()[static_cast<size_t>(i)];
    EXPECT_EQ(outgoing.contribution.route, "pc" + std::to_string(i));
    EXPECT_EQ(outgoing.to, OwnerOf(outgoing.contribution.route, 4));
  }
  forwarder_.Forget();
  EXPECT_TRUE(forwarder_.outgoing().empty());
}

// Else who reads the first of two would be beyond the second.
TEST_F(ForwarderTest, WhatIsFoundSaysHowFarTheTaskWasBefore) {
  See("a", kShuffleTime);
  See("b", kShuffleTime + seconds(5));
  forwarder_.OnTime(kNow);
  EXPECT_EQ(forwarder_.told(), kShuffleTime + seconds(5));
  See("c", kShuffleTime + seconds(7));
  ASSERT_EQ(forwarder_.outgoing().size(), 3u);
  EXPECT_EQ(forwarder_.outgoing()[0].watermark, Time::min());
  EXPECT_EQ(forwarder_.outgoing()[1].watermark, Time::min());
  EXPECT_EQ(forwarder_.outgoing()[2].watermark, kShuffleTime + seconds(5));
}

TEST_F(ForwarderTest, AnAbortTakesBackHowFarItWas) {
  See("a", kShuffleTime);
  forwarder_.OnTime(kNow);
  forwarder_.Seal();
  forwarder_.OnCommitted();
  See("b", kShuffleTime + seconds(5));
  forwarder_.OnTime(kNow);
  forwarder_.Seal();
  See("c", kShuffleTime + seconds(9));
  forwarder_.OnTime(kNow);
  forwarder_.Undo();
  EXPECT_TRUE(forwarder_.outgoing().empty());
  EXPECT_EQ(forwarder_.told(), kShuffleTime);
  forwarder_.OnTime(kNow);
  EXPECT_EQ(forwarder_.told(), kShuffleTime);
  forwarder_.Seal();
}

TEST_F(ForwarderTest, ItsInputsAreIdleUnlessTheyHaveRecordsLeft) {
  EXPECT_FALSE(forwarder_.inputs_idle(kNow + seconds(30) - Duration(1)));
  EXPECT_TRUE(forwarder_.inputs_idle(kNow + seconds(30)));
  forwarder_.OnBacklog(0, kNow + seconds(30));
  EXPECT_FALSE(forwarder_.inputs_idle(kNow + seconds(30)));
}

TEST_F(ForwarderTest, WhatHasNoGroupIsCounted) {
  trigger::TriggerDecoder decoder;
  const match::Match match{.rule = test::kPairRule, .part = 0};
  forwarder_.OnMatches(decoder.Decode("{}"), {&match, 1}, {});
  EXPECT_EQ(forwarder_.left_out().no_key, 1u);
}

}  // namespace
}  // namespace riposte::pipeline
