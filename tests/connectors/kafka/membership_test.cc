#include "connectors/kafka/membership.h"

#include <chrono>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/kafka/errors.h"
#include "tests/connectors/kafka/member.h"
#include "tests/connectors/kafka/solo_task.h"

namespace riposte::kafka {
namespace {

using std::chrono::hours;
using std::chrono::steady_clock;
using test::SoloTask;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr Duration kTimeout{20000};

class MembershipTest : public test::KafkaTest {
 protected:
  pipeline::PartitionId id(int32_t partition = 0) const { return {input(), partition}; }
};

TEST_F(MembershipTest, TellsTheCommittedOffsetAndWhatCameWithIt) {
  topics_->Create(input(), 2);
  for (const std::string& topic : OutTopics(MakeOptions())) topics_->Create(topic, 1);
  SoloTask task(MakeOptions());
  const Result<Position> none = task.membership()->Committed(id(), kTimeout);
  ASSERT_TRUE(none.ok()) << none.status().message();
  EXPECT_EQ(none->offset, -1);
  EXPECT_EQ(none->metadata, "");

  const std::unique_ptr<KafkaOutbox> outbox = task.MakeOutbox(name_);
  ASSERT_TRUE(outbox->Fence(kTimeout).ok());
  std::string last;
  // The mark differs also where the offset stands still.
  for (const int64_t offset : {0, 4, 4}) {
    const pipeline::NextOffset next{.id = id(), .offset = offset};
    ASSERT_TRUE(outbox->Commit({}, {&next, 1}).ok());
    const Result<Position> position = task.membership()->Committed(id(), kTimeout);
    ASSERT_TRUE(position.ok()) << position.status().message();
    EXPECT_EQ(position->offset, offset);
    EXPECT_NE(position->metadata, last);
    last = position->metadata;
  }
  EXPECT_EQ(task.membership()->Committed(id(1), kTimeout)->offset, -1);
}

TEST_F(MembershipTest, WithoutABrokerTheCommittedOffsetIsNotKnown) {
  Options options = MakeOptions();
  options.brokers = fmt::format("127.0.0.1:{}", test::FreePorts(1));
  SoloTask task(options);
  const Result<Position> position = task.membership()->Committed(id(), Duration(100));
  ASSERT_FALSE(position.ok());
  EXPECT_FALSE(IsPermanent(position.status()));
  EXPECT_THAT(position.status().message(), HasSubstr(input() + "/0 cannot be read"));
}

TEST_F(MembershipTest, AFencedTaskStopsAndItsMemberJoinsAnew) {
  topics_->Create(input(), 1);
  topics_->WriteNumbers(input(), 0, 0, 10);
  const Options options = MakeOptions();
  test::Member member(options);
  member.Join();
  ASSERT_TRUE(member.AwaitCopied(10));

  // Another process makes a producer with the transactional.id of partition 0.
  SoloTask other(options);
  const std::unique_ptr<KafkaOutbox> usurper =
      other.MakeOutbox("riposte." + name_ + "." + input() + "-0");
  ASSERT_TRUE(usurper->Fence(kTimeout).ok());
  topics_->WriteNumbers(input(), 0, 10, 20);
  // The old producer may not commit; the member gets the partition again and fences the usurper.
  ASSERT_TRUE(member.AwaitCopied(30));
  EXPECT_EQ(member.worker.fenced(), 1u);
  EXPECT_EQ(member.worker.seen().size(), 2u);
  const pipeline::NextOffset next{.id = id(), .offset = 5};
  const Result<pipeline::Committed> late = usurper->Commit({}, {&next, 1});
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.status().code(), ErrorCode::kFenced);
  member.Stop();
  EXPECT_EQ(Copied(), Expected());
  EXPECT_EQ(topics_->Committed(name_, input(), 1), (std::vector<int64_t>{30}));
}

// What follows asks no broker; it needs a consumer's handle only.
class MembershipStateTest : public testing::Test {
 protected:
  static Options Unreachable() {
    Options options;
    options.brokers = "127.0.0.1:9";
    return options;
  }
  SoloTask task_{Unreachable()};
  Membership& membership_ = *task_.membership();
};

TEST_F(MembershipStateTest, BeginsWithAllTimeAndNoUsers) {
  EXPECT_FALSE(membership_.revoked());
  EXPECT_FALSE(membership_.Lost());
  EXPECT_FALSE(membership_.GivenUp());
  EXPECT_EQ(membership_.users(), 0);
  EXPECT_EQ(membership_.number(), 1u);
  EXPECT_NE(membership_.metadata(), nullptr);
}

TEST_F(MembershipStateTest, ARevocationLeavesTimeUnlessThePartitionsAreLost) {
  membership_.Revoke(false, steady_clock::now() + hours(1));
  EXPECT_TRUE(membership_.revoked());
  EXPECT_FALSE(membership_.Lost());
  EXPECT_FALSE(membership_.GivenUp());
  membership_.Revoke(true, steady_clock::now() + hours(1));
  EXPECT_TRUE(membership_.Lost());
}

TEST_F(MembershipStateTest, TheEndIsOnlyBroughtForward) {
  membership_.LimitTo(steady_clock::time_point::max());
  EXPECT_FALSE(membership_.GivenUp());
  membership_.LimitTo(steady_clock::now());
  EXPECT_TRUE(membership_.GivenUp());
  membership_.LimitTo(steady_clock::now() + hours(1));
  EXPECT_TRUE(membership_.GivenUp());
}

TEST_F(MembershipStateTest, ReportsAndCountsAreHandedOn) {
  membership_.ReportFenced();
  membership_.ReportFailure({ErrorCode::kIo, "why"});
  EXPECT_THAT(task_.reports(), ElementsAre("fenced", "failed: why"));
  membership_.CountIn();
  membership_.CountIn();
  membership_.CountOut();
  EXPECT_EQ(membership_.users(), 1);
}

}  // namespace
}  // namespace riposte::kafka
