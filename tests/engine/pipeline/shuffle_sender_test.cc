#include "engine/pipeline/shuffle_sender.h"

#include <gtest/gtest.h>

#include "engine/pipeline/shuffle_record.h"
#include "tests/engine/pipeline/contribution_fixture.h"

namespace riposte::pipeline {
namespace {

using std::chrono::seconds;
using test::kShuffleTime;

class ShuffleSenderTest : public testing::Test {
 protected:
  Outgoing To(int32_t task) const {
    return {
        .to = task,
        .watermark = kShuffleTime,
        .contribution = test::ContributionTo(*values_, test::kPairRule, {"a", "u"}, kShuffleTime)};
  }
  const std::vector<OutRecord>& Records() { return open_.Seal({}, nullptr, {}, {}); }

  const std::shared_ptr<const trigger::MatchValues> values_ =
      trigger::ValuesOf(test::ShuffleRules());
  ShuffleSender sender_{{.name = "edr-0", .state_tasks = 3, .own = 1}};
  Transaction open_;
};

TEST_F(ShuffleSenderTest, WhatIsHandedOutGoesToItsOwner) {
  sender_.Send({To(2)}, *values_, kShuffleTime, open_);
  EXPECT_FALSE(open_.empty());
  ASSERT_EQ(Records().size(), 1u);
  const OutRecord& record = Records()[0];
  EXPECT_EQ(record.topic, OutTopic::kShuffle);
  EXPECT_EQ(record.partition, 2);
  ShuffleRecord read;
  ASSERT_EQ(ReadShuffleRecord(record.value, *values_, read), ShuffleReject::kNone);
  EXPECT_EQ(read.sender, "edr-0");
  EXPECT_EQ(read.watermark, kShuffleTime);
  EXPECT_TRUE(read.contribution.has_value());
  EXPECT_EQ(open_.counts().shuffle.sent, 1u);
}

TEST_F(ShuffleSenderTest, TicksGoToAllOthersAndNotRightBehindARecord) {
  sender_.Send({To(2)}, *values_, kShuffleTime, open_);
  const Ticks::Standing standing{.watermark = kShuffleTime + seconds(1), .has_windows = true};
  sender_.Tick(standing, kShuffleTime, open_);
  ASSERT_EQ(Records().size(), 2u);
  EXPECT_EQ(Records()[1].partition, 0);
  ShuffleRecord read;
  ASSERT_EQ(ReadShuffleRecord(Records()[1].value, *values_, read), ShuffleReject::kNone);
  EXPECT_EQ(read.watermark, standing.watermark);
  EXPECT_FALSE(read.contribution.has_value());
  open_.Clear();
  sender_.Tick(standing, kShuffleTime, open_);
  EXPECT_TRUE(open_.empty());
  sender_.OnAborted();
  sender_.Tick(standing, kShuffleTime, open_);
  EXPECT_EQ(Records().size(), 2u) << "what was sent was not";
}

}  // namespace
}  // namespace riposte::pipeline
