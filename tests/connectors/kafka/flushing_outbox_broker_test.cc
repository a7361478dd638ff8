// At least once against a real broker: what is done in peace is done once, and through rebalances
// nothing is lost.
#include <memory>
#include <set>

#include <gtest/gtest.h>

#include "tests/connectors/kafka/member.h"

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

}  // namespace
}  // namespace riposte::kafka
