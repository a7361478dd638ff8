#include "connectors/kafka/start_plan.h"

#include <optional>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace riposte::kafka {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Kind = TopicPlan::Kind;

constexpr PartitionState kNew{.committed = -1, .low = 10, .high = 50};

Options With(std::optional<StartAt> start, OnExpired on_expired = OnExpired::kFail) {
  Options options;
  options.group = "g";
  options.start = start;
  options.on_expired = on_expired;
  return options;
}

std::vector<std::string> Texts(const std::vector<Start>& starts) {
  std::vector<std::string> texts;
  for (const Start& start : starts) {
    texts.push_back(fmt::format("{}/{}@{}", start.id.topic, start.id.partition, start.offset));
    if (start.skipped_from >= 0) texts.back() += fmt::format(" from {}", start.skipped_from);
  }
  return texts;
}

TopicPlan Plan(const Options& options, const std::vector<int32_t>& mine, const TopicState& state) {
  Result<TopicPlan> plan = PlanTopic(options, "in", mine, state);
  EXPECT_TRUE(plan.ok()) << plan.status().message();
  return plan.ok() ? std::move(plan).value() : TopicPlan{};
}

Status WhyNot(const Options& options, const std::vector<int32_t>& mine, const TopicState& state) {
  const Result<TopicPlan> plan = PlanTopic(options, "in", mine, state);
  EXPECT_FALSE(plan.ok());
  return plan.status();
}

TEST(StartPlanTest, AFirstRunPinsEveryPartitionOfTheTopic) {
  const TopicState state = {kNew, {.low = 0, .high = 0}, {.low = 7, .high = 9}};
  const TopicPlan earliest = Plan(With(StartAt::kEarliest), {0, 2}, state);
  EXPECT_EQ(earliest.kind, Kind::kPin);
  EXPECT_THAT(Texts(earliest.pins), ElementsAre("in/0@10", "in/1@0", "in/2@7"));
  EXPECT_TRUE(earliest.starts.empty());
  const TopicPlan latest = Plan(With(StartAt::kLatest), {0}, state);
  EXPECT_EQ(latest.kind, Kind::kPin);
  EXPECT_THAT(Texts(latest.pins), ElementsAre("in/0@50", "in/1@0", "in/2@9"));
}

TEST(StartPlanTest, AFirstRunWithoutPartitionZeroWaitsForItsOwner) {
  const TopicPlan plan = Plan(With(StartAt::kLatest), {1, 2}, {kNew, kNew, kNew});
  EXPECT_EQ(plan.kind, Kind::kAwait);
  EXPECT_TRUE(plan.pins.empty());
  EXPECT_TRUE(plan.starts.empty());
}

TEST(StartPlanTest, AFirstRunNeedsAStartAndNamesGroupAndTopic) {
  for (const std::vector<int32_t>& mine : {std::vector<int32_t>{0}, std::vector<int32_t>{1}}) {
    const Status status = WhyNot(With(std::nullopt), mine, {kNew, kNew});
    EXPECT_EQ(status.code(), ErrorCode::kInvalidArgument);
    EXPECT_THAT(status.message(), HasSubstr("group 'g' reads topic 'in' for the first time"));
    EXPECT_THAT(status.message(), HasSubstr("`earliest` or `latest`"));
  }
}

TEST(StartPlanTest, ALaterRunStartsAtItsOffsetsWhateverStartSays) {
  const TopicState state = {{.committed = 20, .low = 10, .high = 50},
                            {.committed = 30, .low = 10, .high = 50}};
  for (const std::optional<StartAt> start :
       {std::optional<StartAt>(), std::optional(StartAt::kEarliest),
        std::optional(StartAt::kLatest)}) {
    const TopicPlan plan = Plan(With(start), {0, 1}, state);
    EXPECT_EQ(plan.kind, Kind::kGo);
    EXPECT_THAT(Texts(plan.starts), ElementsAre("in/0@20", "in/1@30"));
  }
}

TEST(StartPlanTest, OnlyThisMembersPartitionsAreStarted) {
  const TopicState state(4, {.committed = 20, .low = 10, .high = 50});
  EXPECT_THAT(Texts(Plan(With(std::nullopt), {3, 1}, state).starts),
              ElementsAre("in/3@20", "in/1@20"));
  EXPECT_TRUE(Plan(With(std::nullopt), {}, state).starts.empty());
}

TEST(StartPlanTest, ANewPartitionBeginsAtItsFirstRecordAlsoWithLatest) {
  const TopicState state = {{.committed = 20, .low = 10, .high = 50}, kNew};
  EXPECT_THAT(Texts(Plan(With(StartAt::kLatest), {1}, state).starts), ElementsAre("in/1@10"));
  EXPECT_THAT(Texts(Plan(With(std::nullopt), {1}, state).starts), ElementsAre("in/1@10"));
}

// The offsets that a topic with the records 10 to 49 has, and those just outside.
TEST(StartPlanTest, AnOffsetIsGoodFromTheFirstRecordToTheEnd) {
  const auto committed = [](int64_t offset) {
    return TopicState{{.committed = offset, .low = 10, .high = 50}};
  };
  for (const int64_t good : {10, 11, 49, 50}) {
    EXPECT_THAT(Texts(Plan(With(std::nullopt), {0}, committed(good)).starts),
                ElementsAre(fmt::format("in/0@{}", good)));
  }
  for (const int64_t expired : {0, 9}) {
    const Status status = WhyNot(With(std::nullopt), {0}, committed(expired));
    EXPECT_EQ(status.code(), ErrorCode::kNotFound);
    EXPECT_THAT(status.message(),
                HasSubstr(fmt::format("in/0: the committed offset {} has expired (the topic has 10 "
                                      "to 50): choose",
                                      expired)));
  }
  const Status beyond = WhyNot(With(std::nullopt), {0}, committed(51));
  EXPECT_EQ(beyond.code(), ErrorCode::kNotFound);
  EXPECT_THAT(beyond.message(), HasSubstr("51 is beyond the end (the topic has 10 to 50), was the "
                                          "topic made anew?"));
}

TEST(StartPlanTest, AnExpiredOffsetJumpsWhereTheOperatorSaysAndTellsFromWhere) {
  for (const int64_t offset : {9, 51}) {
    const TopicState state = {{.committed = offset, .low = 10, .high = 50}};
    EXPECT_THAT(Texts(Plan(With(std::nullopt, OnExpired::kEarliest), {0}, state).starts),
                ElementsAre(fmt::format("in/0@10 from {}", offset)));
    EXPECT_THAT(Texts(Plan(With(std::nullopt, OnExpired::kLatest), {0}, state).starts),
                ElementsAre(fmt::format("in/0@50 from {}", offset)));
  }
}

TEST(StartPlanTest, AnExpiredOffsetOfAnotherMembersPartitionIsNotOurs) {
  const TopicState state = {{.committed = 5, .low = 10, .high = 50},
                            {.committed = 20, .low = 10, .high = 50}};
  EXPECT_THAT(Texts(Plan(With(std::nullopt), {1}, state).starts), ElementsAre("in/1@20"));
}

}  // namespace
}  // namespace riposte::kafka
