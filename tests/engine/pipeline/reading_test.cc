#include "engine/pipeline/reading.h"

#include <gtest/gtest.h>

#include "connectors/memory/connector.h"
#include "tests/support/engine_fixture.h"

namespace riposte::pipeline {
namespace {

const PartitionId kEdr{.topic = "edr", .partition = 3};

class ReadingTest : public testing::Test {
 protected:
  ReadingTest() {
    for (int i = 0; i < 3; ++i) log_.Append(kEdr, "A1", "{}", Time{});
  }
  Reading Make(const std::string& profile = "test") {
    return {0, std::move(memory::Assign(log_, kEdr, profile).sources.front()), nullptr};
  }
  std::vector<int64_t> Poll(Reading& reading) {
    EXPECT_TRUE(reading.input->Poll(2, 1'000, Duration::zero(), reading.batch).ok());
    std::vector<int64_t> fresh;
    for (const Record& record : reading.batch)
      if (reading.IsNew(record)) fresh.push_back(record.offset);
    return fresh;
  }

  memory::MemoryLog log_;
  const LiveRulesPtr live_ = LiveRules::Compile(test::RuleSetOf({test::RuleFor("evil")}), {"test"});
};

TEST_F(ReadingTest, WhatIsHandedOutTwiceIsNewOnce) {
  Reading reading = Make();
  EXPECT_EQ(Poll(reading), (std::vector<int64_t>{0, 1}));
  ASSERT_TRUE(reading.input->Rewind(1).ok());
  EXPECT_EQ(Poll(reading), (std::vector<int64_t>{2}));
}

TEST_F(ReadingTest, WhatIsNotCommittedIsNewAgain) {
  Reading reading = Make();
  ASSERT_TRUE(reading.UseRules(*live_).ok());
  Poll(reading);
  reading.OnCommitted(1);
  reading.ended = true;
  ASSERT_TRUE(reading.GoBack().ok());
  EXPECT_FALSE(reading.ended);
  EXPECT_EQ(Poll(reading), (std::vector<int64_t>{1, 2}));
}

TEST_F(ReadingTest, AJumpIsToldUntilItIsCommitted) {
  Source source = std::move(memory::Assign(log_, kEdr, "test").sources.front());
  source.skipped_from = 7;
  Reading reading(0, std::move(source), nullptr);
  EXPECT_EQ(reading.gap_from, 7);
  reading.OnCommitted(1);
  EXPECT_EQ(reading.gap_from, -1);
}

TEST_F(ReadingTest, RulesThatAreNotForItsFormatAreRefused) {
  Reading reading = Make("unheard-of");
  const Status refused = reading.UseRules(*live_);
  EXPECT_EQ(refused.code(), ErrorCode::kInvalidArgument);
  EXPECT_NE(refused.message().find("'edr'"), std::string::npos) << refused.message();
}

TEST_F(ReadingTest, ItMayHaveMoreUntilItsLagIsNoneOrItIsAtItsEnd) {
  Reading reading = Make();
  EXPECT_TRUE(reading.MayHaveMore()) << "it was not asked yet";
  Poll(reading);
  EXPECT_TRUE(reading.MayHaveMore());
  Poll(reading);
  EXPECT_FALSE(reading.MayHaveMore());
  log_.Append(kEdr, "A1", "{}", Time{});
  log_.Append(kEdr, "A1", "{}", Time{});
  log_.Append(kEdr, "A1", "{}", Time{});
  Poll(reading);
  EXPECT_TRUE(reading.MayHaveMore());
  reading.ended = true;
  EXPECT_FALSE(reading.MayHaveMore());
}

TEST_F(ReadingTest, CostsAreTakenOnce) {
  Reading reading = Make();
  ASSERT_TRUE(reading.UseRules(*live_).ok());
  event::Decoder decoder;
  const std::string json = test::EventJson("PROCESS").With("name", "evil").Text();
  ASSERT_EQ(decoder.Decode(reading.matcher->plan(), json), event::Reject::kNone);
  std::vector<match::Match> matches;
  reading.matcher->FindMatches(decoder.event(), {}, *reading.scratch, matches);
  match::Costs first, second;
  reading.TakeCosts(first);
  reading.TakeCosts(first);
  reading.TakeCosts(second);
  ASSERT_EQ(first.evaluations.size(), 1u);
  EXPECT_EQ(first.evaluations[0], 1u);
  for (const uint64_t evaluations : second.evaluations) EXPECT_EQ(evaluations, 0u);
}

}  // namespace
}  // namespace riposte::pipeline
