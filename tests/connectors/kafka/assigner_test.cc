// Where the partitions of a real group begin, and who fences whom.
#include "connectors/kafka/assigner.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/connectors/kafka/member.h"

namespace riposte::kafka {
namespace {

using test::CopyWorker;
using test::Member;
using testing::HasSubstr;

class AssignerTest : public test::KafkaTest {
 protected:
  // A group that has read `count` records of partition 0.
  void ReadOnce(int count) {
    topics_->WriteNumbers(input(), 0, 0, count);
    Member member(MakeOptions());
    member.Join();
    ASSERT_TRUE(member.AwaitCopied(static_cast<size_t>(count)));
    member.Stop();
  }
};

TEST_F(AssignerTest, AFirstRunNeedsToBeToldWhereToStart) {
  topics_->Create(input(), 1);
  Options options = MakeOptions();
  options.start.reset();
  Member member(options);
  member.Start();
  const Status failure = member.AwaitFailure();
  EXPECT_EQ(failure.code(), ErrorCode::kInvalidArgument);
  EXPECT_THAT(failure.message(), HasSubstr("`earliest` or `latest`"));
}

TEST_F(AssignerTest, OnceStartedTheGroupNeedsNoStartAnyMore) {
  topics_->Create(input(), 2);
  ReadOnce(10);
  topics_->WriteNumbers(input(), 1, 100, 5);
  Options options = MakeOptions();
  options.start.reset();
  Member member(options);
  member.Join();
  ASSERT_TRUE(member.AwaitCopied(5));
  member.Stop();
  EXPECT_EQ(Copied(), Expected());
}

TEST_F(AssignerTest, LatestSkipsWhatIsThereAndRemembersItForIdlePartitions) {
  topics_->Create(input(), 2);
  topics_->WriteNumbers(input(), 0, 0, 50);
  topics_->WriteNumbers(input(), 1, 0, 70);
  Options options = MakeOptions();
  options.start = StartAt::kLatest;
  {
    Member member(options);
    member.Join();
    member.Stop();
  }
  // Nothing was read, and yet the beginning of both partitions stands.
  EXPECT_EQ(topics_->Committed(name_, input(), 2), (std::vector<int64_t>{50, 70}));
  topics_->WriteNumbers(input(), 0, 1000, 3);
  topics_->WriteNumbers(input(), 1, 2000, 4);
  Member member(options);
  member.Join();
  ASSERT_TRUE(member.AwaitCopied(7));
  member.Stop();
  EXPECT_EQ(Copied(),
            (std::multiset<std::string>{"0/50:1000", "0/51:1001", "0/52:1002", "1/70:2000",
                                        "1/71:2001", "1/72:2002", "1/73:2003"}));
}

TEST_F(AssignerTest, TwoMembersThatStartTogetherAgreeOnTheBeginning) {
  topics_->Create(input(), 4);
  for (int partition = 0; partition < 4; ++partition) {
    topics_->WriteNumbers(input(), partition, 0, 30);
  }
  Options options = MakeOptions();
  options.start = StartAt::kLatest;
  Member first(options);
  Member second(options);
  first.Start();
  second.Start();
  ASSERT_TRUE(first.worker.Await(
      [&] { return first.worker.running() == 2 && second.worker.running() == 2; }));
  for (int partition = 0; partition < 4; ++partition) {
    topics_->WriteNumbers(input(), partition, 100, 5);
  }
  ASSERT_TRUE(
      first.worker.Await([&] { return first.worker.copied() + second.worker.copied() >= 20; }));
  first.Stop();
  second.Stop();
  EXPECT_EQ(Copied().size(), 20u);
  EXPECT_EQ(topics_->Committed(name_, input(), 4), (std::vector<int64_t>{35, 35, 35, 35}));
}

TEST_F(AssignerTest, ANewPartitionIsReadFromItsFirstRecord) {
  topics_->Create(input(), 1);
  Options options = MakeOptions();
  options.start = StartAt::kLatest;
  Member member(options);
  member.Join();
  topics_->AddPartitions(input(), 2);
  // Before the group has heard of it.
  topics_->WriteNumbers(input(), 1, 500, 20);
  ASSERT_TRUE(member.AwaitCopied(20));
  member.Stop();
  EXPECT_EQ(Copied(), Expected());
}

TEST_F(AssignerTest, AnExpiredOffsetStopsUntilTheOperatorHasChosen) {
  topics_->Create(input(), 1);
  ReadOnce(100);
  topics_->WriteNumbers(input(), 0, 100, 300);
  topics_->DeleteBefore(input(), 0, 250);
  Options options = MakeOptions();
  {
    Member member(options);
    member.Start();
    const Status failure = member.AwaitFailure();
    EXPECT_EQ(failure.code(), ErrorCode::kNotFound);
    EXPECT_THAT(failure.message(), HasSubstr("offset 100 has expired (the topic has 250 to 400)"));
  }
  options.on_expired = OnExpired::kEarliest;
  Member member(options);
  member.Join();
  ASSERT_TRUE(member.AwaitCopied(150));
  member.Stop();
  EXPECT_EQ(member.worker.seen().at(0).start_offset, 250);
  EXPECT_EQ(member.worker.seen().at(0).skipped_from, 100);
}

TEST_F(AssignerTest, AnExpiredOffsetMayJumpToTheEnd) {
  topics_->Create(input(), 1);
  ReadOnce(100);
  topics_->WriteNumbers(input(), 0, 100, 300);
  topics_->DeleteBefore(input(), 0, 250);
  Options options = MakeOptions();
  options.on_expired = OnExpired::kLatest;
  Member member(options);
  member.Join();
  EXPECT_EQ(member.worker.seen().at(0).start_offset, 400);
  EXPECT_EQ(member.worker.seen().at(0).skipped_from, 100);
}

TEST_F(AssignerTest, RetentionThatOvertakesTheReaderJumpsWithANewAssignment) {
  topics_->Create(input(), 1);
  // More than the prefetch holds, so that the reader has to fetch again after the deletion.
  const std::vector<test::TopicAccess::Out> large(400,
                                                  {.key = "k", .value = std::string(9000, 'x')});
  topics_->Write(input(), 0, large);
  Options options = MakeOptions();
  options.prefetch_bytes = 1;
  options.on_expired = OnExpired::kEarliest;
  std::mutex mutex;
  std::condition_variable open;
  bool go_on = false;
  Member member(options);
  member.worker.set_batch(5);
  member.worker.set_spoil([&](const pipeline::PartitionId&, size_t batch) {
    std::unique_lock<std::mutex> lock(mutex);
    if (batch == 2) open.wait(lock, [&] { return go_on; });
    return false;
  });
  member.Join();
  ASSERT_TRUE(member.AwaitCopied(10));
  topics_->DeleteBefore(input(), 0, 390);
  {
    const std::lock_guard<std::mutex> lock(mutex);
    go_on = true;
  }
  open.notify_all();
  ASSERT_TRUE(member.worker.Await([&] { return member.worker.seen().size() == 2; }));
  const CopyWorker::Seen again = member.worker.seen().at(1);
  EXPECT_EQ(again.start_offset, 390);
  EXPECT_GE(again.skipped_from, 15);
  ASSERT_TRUE(member.worker.Await(
      [&] { return topics_->Committed(name_, input(), 1) == std::vector<int64_t>{400}; }));
}

}  // namespace
}  // namespace riposte::kafka
