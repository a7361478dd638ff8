#include "connectors/kafka/start_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace riposte::kafka {
namespace {

using testing::HasSubstr;

// One partition: committed offset (-1: none), first and end.
PartitionState At(int64_t committed, int64_t low, int64_t high) {
  return {.committed = committed, .low = low, .high = high};
}

Options Starting(std::optional<StartAt> start, OnExpired on_expired = OnExpired::kFail) {
  Options options;
  options.group = "g";
  options.start = start;
  options.on_expired = on_expired;
  return options;
}

TEST(StartPlanTest, TheOwnerOfPartitionZeroPinsAFirstRunForAll) {
  const TopicState state = {At(-1, 3, 10), At(-1, 0, 20)};
  const Result<TopicPlan> earliest = PlanTopic(Starting(StartAt::kEarliest), "t", {0}, state);
  ASSERT_TRUE(earliest.ok());
  EXPECT_EQ(earliest->kind, TopicPlan::Kind::kPin);
  ASSERT_EQ(earliest->pins.size(), 2u);
  EXPECT_EQ(earliest->pins[0].offset, 3);
  EXPECT_EQ(earliest->pins[1].offset, 0);
  const Result<TopicPlan> latest = PlanTopic(Starting(StartAt::kLatest), "t", {0, 1}, state);
  ASSERT_TRUE(latest.ok());
  EXPECT_EQ(latest->pins[0].offset, 10);
  EXPECT_EQ(latest->pins[1].offset, 20);
}

TEST(StartPlanTest, TheOthersAwaitIt) {
  const Result<TopicPlan> plan =
      PlanTopic(Starting(StartAt::kLatest), "t", {1}, {At(-1, 0, 10), At(-1, 0, 10)});
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->kind, TopicPlan::Kind::kAwait);
}

TEST(StartPlanTest, AFirstRunNeedsAStart) {
  const Result<TopicPlan> plan = PlanTopic(Starting(std::nullopt), "t", {0}, {At(-1, 0, 10)});
  ASSERT_FALSE(plan.ok());
  EXPECT_EQ(plan.status().code(), ErrorCode::kInvalidArgument);
}

TEST(StartPlanTest, ANewPartitionBeginsAtItsFirstRecordWhateverTheStart) {
  const Result<TopicPlan> plan =
      PlanTopic(Starting(StartAt::kLatest), "t", {0, 1}, {At(5, 0, 10), At(-1, 2, 9)});
  ASSERT_TRUE(plan.ok());
  ASSERT_EQ(plan->kind, TopicPlan::Kind::kGo);
  EXPECT_EQ(plan->starts[0].offset, 5);
  EXPECT_EQ(plan->starts[1].offset, 2);
  EXPECT_EQ(plan->starts[1].skipped_from, -1);
}

TEST(StartPlanTest, TheBoundsOfTheTopicAreInside) {
  for (const int64_t committed : {100, 150, 200}) {
    const Result<TopicPlan> plan =
        PlanTopic(Starting(std::nullopt), "t", {0}, {At(committed, 100, 200)});
    ASSERT_TRUE(plan.ok());
    EXPECT_EQ(plan->starts[0].offset, committed);
    EXPECT_EQ(plan->starts[0].skipped_from, -1);
  }
}

TEST(StartPlanTest, OutsideOfThemTheOperatorChooses) {
  for (const int64_t committed : {99, 201}) {
    const TopicState state = {At(committed, 100, 200)};
    const Result<TopicPlan> failed = PlanTopic(Starting(std::nullopt), "t", {0}, state);
    ASSERT_FALSE(failed.ok());
    EXPECT_EQ(failed.status().code(), ErrorCode::kNotFound);
    EXPECT_THAT(failed.status().message(),
                HasSubstr(committed < 100 ? "has expired" : "is beyond the end"));
    const Result<TopicPlan> early =
        PlanTopic(Starting(std::nullopt, OnExpired::kEarliest), "t", {0}, state);
    ASSERT_TRUE(early.ok());
    EXPECT_EQ(early->starts[0].offset, 100);
    EXPECT_EQ(early->starts[0].skipped_from, committed);
    const Result<TopicPlan> late =
        PlanTopic(Starting(std::nullopt, OnExpired::kLatest), "t", {0}, state);
    ASSERT_TRUE(late.ok());
    EXPECT_EQ(late->starts[0].offset, 200);
  }
}

}  // namespace
}  // namespace riposte::kafka
