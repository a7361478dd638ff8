#include "connectors/kafka/membership.h"

#include <gtest/gtest.h>

#include "connectors/kafka/outbox.h"
#include "tests/connectors/kafka/member.h"

namespace riposte::kafka {
namespace {

using pipeline::Committed;
using pipeline::PartitionId;
using test::Member;

class MembershipTest : public test::KafkaTest {
 protected:
  // A producer with the transactional.id of partition 0, as another process would make it.
  std::unique_ptr<KafkaOutbox> Usurp(const TaskContext& context) {
    usurper_ = Client::Create(*context.settings, Role::kGroup, {}, {}, {}).value();
    std::shared_ptr<Membership> membership =
        std::make_shared<Membership>(1, usurper_->get(),
                                     Membership::Reports{
                                         .fenced = [](uint64_t, const PartitionId&) {},
                                         .offset_expired = [](uint64_t, const PartitionId&) {},
                                         .topic_missing = [](const PartitionId&) {},
                                         .failed = [](const Status&) {},
                                     });
    std::unique_ptr<KafkaOutbox> outbox = std::make_unique<KafkaOutbox>(
        context, membership, "riposte." + name_ + "." + input() + "-0",
        PartitionId{.topic = input(), .partition = 0});
    EXPECT_TRUE(outbox->Fence(Duration(30000)).ok());
    return outbox;
  }

  std::unique_ptr<Client> usurper_;
};

TEST_F(MembershipTest, AFencedTaskStopsAndItsMemberJoinsAnew) {
  topics_->Create(input(), 1);
  topics_->WriteNumbers(input(), 0, 0, 10);
  const Options options = MakeOptions();
  Member member(options);
  member.Join();
  ASSERT_TRUE(member.AwaitCopied(10));

  const Result<Settings> settings = Settings::Make(options);
  const TaskContext context{.settings = &*settings,
                            .topics = OutTopics(options),
                            .message_bytes_max = 1'000'000,
                            .transaction_timeout = Duration(15000),
                            .log = {}};
  const std::unique_ptr<KafkaOutbox> usurper = Usurp(context);
  topics_->WriteNumbers(input(), 0, 10, 20);
  // The old producer may not commit; the member gets the partition again and fences the usurper.
  ASSERT_TRUE(member.AwaitCopied(30));
  EXPECT_EQ(member.worker.fenced(), 1u);
  EXPECT_EQ(member.worker.seen().size(), 2u);
  const Result<Committed> late = usurper->Commit({}, 5);
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.status().code(), ErrorCode::kFenced);
  member.Stop();
  EXPECT_EQ(Copied(), Expected());
  EXPECT_EQ(topics_->Committed(name_, input(), 1), (std::vector<int64_t>{30}));
}

TEST_F(MembershipTest, GivesUpAtTheEarliestOfItsTimes) {
  const Result<Settings> settings = Settings::Make(MakeOptions());
  const Result<std::unique_ptr<Client>> consumer =
      Client::Create(*settings, Role::kGroup, {}, {}, {});
  Membership membership(7, consumer.value()->get(), {});
  const std::chrono::steady_clock::time_point now = std::chrono::steady_clock::now();
  EXPECT_FALSE(membership.GivenUp());
  membership.LimitTo(now + std::chrono::hours(1));
  EXPECT_FALSE(membership.GivenUp());
  membership.Revoke(false, now);
  EXPECT_TRUE(membership.GivenUp());
  EXPECT_TRUE(membership.revoked());
  EXPECT_FALSE(membership.Lost());
  membership.LimitTo(now + std::chrono::hours(2));
  EXPECT_TRUE(membership.GivenUp());
  membership.Revoke(true, now);
  EXPECT_TRUE(membership.Lost());
}

}  // namespace
}  // namespace riposte::kafka
