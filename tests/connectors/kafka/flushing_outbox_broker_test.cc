// At least once against a real broker: what is done in peace is done once, and through rebalances
// nothing is lost.
#include <memory>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/kafka/flushing_outbox.h"
#include "tests/connectors/kafka/member.h"
#include "tests/connectors/kafka/solo_task.h"

namespace riposte::kafka {
namespace {

using test::Member;

class AtLeastOnceTest : public test::KafkaTest {
 protected:
  Options AtLeastOnce() const {
    Options options = MakeOptions();
    options.delivery = DeliveryMode::kAtLeastOnce;
    return options;
  }
  static std::set<std::string> Once(const std::multiset<std::string>& values) {
    return {values.begin(), values.end()};
  }
};

TEST_F(AtLeastOnceTest, ARestartGoesOnBehindTheLastBatchAndRepeatsNothing) {
  topics_->Create(input(), 1);
  topics_->WriteNumbers(input(), 0, 0, 200);
  {
    Member member(AtLeastOnce());
    member.Join();
    ASSERT_TRUE(member.AwaitCopied(200));
  }
  EXPECT_EQ(topics_->Committed(name_, input(), 1)[0], 200);
  topics_->WriteNumbers(input(), 0, 200, 100);
  Member member(AtLeastOnce());
  member.Join();
  ASSERT_TRUE(member.AwaitCopied(100));
  member.Stop();
  EXPECT_EQ(member.worker.seen().at(0).start_offset, 200);
  EXPECT_EQ(Copied(), Expected());
}

TEST_F(AtLeastOnceTest, MembersThatComeAndGoLoseNothing) {
  topics_->Create(input(), 4);
  Member first(AtLeastOnce());
  first.worker.set_batch(20);
  first.Join();
  for (int partition = 0; partition < 4; ++partition) {
    topics_->WriteNumbers(input(), partition, 0, 800);
  }
  std::unique_ptr<Member> second = std::make_unique<Member>(AtLeastOnce());
  second->worker.set_batch(20);
  second->Start();
  ASSERT_TRUE(second->worker.Await([&] { return second->worker.running() == 2; }));
  for (int partition = 0; partition < 4; ++partition) {
    topics_->WriteNumbers(input(), partition, 800, 400);
  }
  const auto both = [&] { return first.worker.copied() + second->worker.copied(); };
  ASSERT_TRUE(first.worker.Await([&] { return both() >= 4800; }));
  second->Stop();
  first.Stop();
  EXPECT_EQ(Once(Copied()), Once(Expected()));
}

// What keeps a paused owner's offsets out: the brokers know who is in the group.
TEST_F(AtLeastOnceTest, WhoIsNotInTheGroupCommitsNoOffset) {
  topics_->Create(input(), 1);
  topics_->WriteNumbers(input(), 0, 0, 20);
  Member member(AtLeastOnce());
  member.Join();
  ASSERT_TRUE(member.AwaitCopied(20));
  test::SoloTask stranger(AtLeastOnce());
  const pipeline::NextOffset next{.id = {.topic = input(), .partition = 0}, .offset = 7};
  FlushingOutbox outbox(stranger.context(), stranger.membership(), "stranger");
  ASSERT_TRUE(outbox.Fence(Duration(20000)).ok());
  const pipeline::OutRecord record{
      .topic = pipeline::OutTopic::kCommands, .key = "k", .value = "late"};
  EXPECT_EQ(outbox.Commit({&record, 1}, {&next, 1}).status().code(), ErrorCode::kFenced);
  EXPECT_THAT(stranger.reports(), testing::ElementsAre("fenced"));
  EXPECT_EQ(topics_->Committed(name_, input(), 1)[0], 20);
  // It has been written all the same: that is what this mode cannot keep out.
  EXPECT_EQ(Copied().count("late"), 1u);
  member.Stop();
}

}  // namespace
}  // namespace riposte::kafka
