// Where the partitions of a real group begin, and who fences whom.
#include "connectors/kafka/assigner.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/kafka/errors.h"
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

class StateTasksTest : public AssignerTest {
 protected:
  Options WithStateTasks(int32_t count) const {
    Options options = MakeOptions();
    options.state_tasks = true;
    options.partitions = count;
    return options;
  }
  // The last value of each partition of the changelog.
  std::map<int32_t, std::string> Kept() const {
    std::map<int32_t, std::string> kept;
    for (const test::Written& record : topics_->ReadAll(name_ + ".changelog")) {
      kept[record.partition] = record.value.value_or("(deleted)");
    }
    return kept;
  }
};

TEST_F(StateTasksTest, ReadTheShuffleBesideTheInputsWithAsManyPartitions) {
  topics_->Create(input(), 2);
  topics_->Create(name_ + ".other", 3);
  topics_->Create(shuffle(), 2);
  topics_->WriteNumbers(input(), 0, 0, 30);
  topics_->WriteNumbers(input(), 1, 100, 20);
  topics_->WriteNumbers(shuffle(), 1, 0, 7);
  Options options = WithStateTasks(2);
  options.inputs.push_back({.topic = name_ + ".other", .profile = "other"});
  Member member(options);
  member.Join();
  ASSERT_TRUE(member.AwaitCopied(57));
  const std::string store = "riposte." + name_ + "-";
  const auto state = [&](const std::string& topic, int32_t number, bool shuffled) {
    return CopyWorker::Seen{.id = {topic, number},
                            .profile = shuffled ? "" : "test-profile",
                            .is_shuffle = shuffled,
                            .number = number,
                            .store = store + std::to_string(number),
                            .state_tasks = 2};
  };
  const auto alone = [&](int32_t partition) {
    return CopyWorker::Seen{.id = {name_ + ".other", partition},
                            .profile = "other",
                            .is_shuffle = false,
                            .number = {},
                            .store = {},
                            .state_tasks = 2};
  };
  EXPECT_THAT(member.worker.seen(),
              testing::ElementsAre(state(input(), 0, false), state(shuffle(), 0, true),
                                   state(input(), 1, false), state(shuffle(), 1, true), alone(0),
                                   alone(1), alone(2)));
  member.Stop();
  EXPECT_EQ(Copied(), Expected());
  EXPECT_EQ(CopiedOfShuffle(), ExpectedOf(shuffle()));
  EXPECT_EQ(Kept(), (std::map<int32_t, std::string>{{0, "30"}, {1, "27"}}));
  EXPECT_EQ(topics_->Committed(name_, shuffle(), 2), (std::vector<int64_t>{0, 7}));
}

TEST_F(StateTasksTest, TheShuffleBeginsWithItsFirstRecordWhereTheInputsBeginAtTheirEnd) {
  topics_->Create(input(), 2);
  topics_->Create(shuffle(), 2);
  topics_->WriteNumbers(input(), 0, 0, 30);
  topics_->WriteNumbers(shuffle(), 0, 0, 10);
  topics_->DeleteBefore(shuffle(), 0, 4);
  Options options = WithStateTasks(2);
  options.start = StartAt::kLatest;
  Member member(options);
  member.Join();
  ASSERT_TRUE(member.AwaitCopied(6));
  member.Stop();
  EXPECT_EQ(CopiedOfShuffle(), ExpectedOf(shuffle()));
  EXPECT_TRUE(Copied().empty());
  for (const CopyWorker::Seen& seen : member.worker.seen()) EXPECT_EQ(seen.skipped_from, -1);
}

TEST_F(StateTasksTest, AnExpiredOffsetOfTheShuffleIsAGapThatNeedsNoOperator) {
  topics_->Create(input(), 2);
  topics_->Create(shuffle(), 2);
  topics_->WriteNumbers(shuffle(), 1, 0, 10);
  const Options options = WithStateTasks(2);
  ASSERT_EQ(options.on_expired, OnExpired::kFail);
  {
    Member member(options);
    member.Join();
    ASSERT_TRUE(member.AwaitCopied(10));
  }
  topics_->WriteNumbers(shuffle(), 1, 10, 30);
  topics_->DeleteBefore(shuffle(), 1, 25);
  Member member(options);
  member.Join();
  ASSERT_TRUE(member.AwaitCopied(15));
  const CopyWorker::Seen shuffled = member.worker.seen().at(3);
  EXPECT_TRUE(shuffled.is_shuffle);
  EXPECT_EQ(shuffled.start_offset, 25);
  EXPECT_EQ(shuffled.skipped_from, 10);
}

// Who had partition 0 of the input before, with a transaction that is not at its end.
class FormerOwner {
 public:
  FormerOwner(const Options& options, const std::string& transactional_id) : options_(options) {
    ClientCallbacks callbacks;
    callbacks.on_rebalance = [this](rd_kafka_resp_err_t event,
                                    rd_kafka_topic_partition_list_t* partitions) {
      assigned_ = event == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
      rd_kafka_assign(consumer_->get(), assigned_ ? partitions : nullptr);
    };
    consumer_ = Make(Role::kGroup, {}, std::move(callbacks));
    rd_kafka_poll_set_consumer(consumer_->get());
    const PartitionListPtr topics = NewPartitionList(1);
    rd_kafka_topic_partition_list_add(topics.get(), Input().c_str(), RD_KAFKA_PARTITION_UA);
    rd_kafka_subscribe(consumer_->get(), topics.get());
    while (!assigned_) MessagePtr(rd_kafka_consumer_poll(consumer_->get(), 100));
    membership_.reset(rd_kafka_consumer_group_metadata(consumer_->get()));
    producer_ = Make(Role::kTask, {{"transactional.id", transactional_id}}, {});
    Must(rd_kafka_init_transactions(producer_->get(), kTimeoutMs));
  }

  void Begin() { Must(rd_kafka_begin_transaction(producer_->get())); }
  void Write(const std::string& topic, std::string value) {
    const TopicPtr handle(rd_kafka_topic_new(producer_->get(), topic.c_str(), nullptr));
    rd_kafka_produce(handle.get(), 0, RD_KAFKA_MSG_F_COPY, value.data(), value.size(), nullptr, 0,
                     nullptr);
    rd_kafka_flush(producer_->get(), kTimeoutMs);
  }
  rd_kafka_resp_err_t SendOffset(int64_t offset) {
    const PartitionListPtr offsets = NewPartitionList(1);
    rd_kafka_topic_partition_list_add(offsets.get(), Input().c_str(), 0)->offset = offset;
    return CodeOf(rd_kafka_send_offsets_to_transaction(producer_->get(), offsets.get(),
                                                       membership_.get(), kTimeoutMs));
  }
  rd_kafka_resp_err_t Commit() {
    return CodeOf(rd_kafka_commit_transaction(producer_->get(), kTimeoutMs));
  }
  // The group goes on without it; it does not know.
  void Leave() { rd_kafka_consumer_close(consumer_->get()); }

 private:
  static constexpr int kTimeoutMs = 20000;
  static rd_kafka_resp_err_t CodeOf(rd_kafka_error_t* error) {
    const ErrorPtr owner(error);
    return error == nullptr ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_error_code(error);
  }
  static void Must(rd_kafka_error_t* error) {
    EXPECT_EQ(CodeOf(error), RD_KAFKA_RESP_ERR_NO_ERROR);
  }
  std::unique_ptr<Client> Make(Role role, const PropertyMap& more, ClientCallbacks callbacks) {
    const Result<Settings> settings = Settings::Make(options_);
    RIPOSTE_CHECK(settings.ok(), settings.status().message());
    Result<std::unique_ptr<Client>> made =
        Client::Create(*settings, role, more, {}, std::move(callbacks));
    RIPOSTE_CHECK(made.ok(), made.status().message());
    return std::move(made).value();
  }
  const std::string& Input() const { return options_.inputs[0].topic; }

  const Options options_;
  bool assigned_ = false;
  std::unique_ptr<Client> consumer_;
  GroupMetadataPtr membership_;
  std::unique_ptr<Client> producer_;
};

TEST_F(StateTasksTest, FenceWhatTheirInputsHadAsTasksOfTheirOwn) {
  topics_->Create(input(), 2);
  topics_->Create(commands(), 2);
  topics_->WriteNumbers(input(), 0, 0, 10);
  Options options = WithStateTasks(2);
  // Long enough that it is not what ends the transaction.
  options.transaction_timeout = Duration(50000);
  FormerOwner former(options, "riposte." + name_ + "." + input() + "-0");
  former.Begin();
  former.Write(commands(), "zombie");
  ASSERT_EQ(former.SendOffset(4), RD_KAFKA_RESP_ERR_NO_ERROR);
  former.Leave();

  const std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
  Member member(options);
  member.Join();
  ASSERT_TRUE(member.AwaitCopied(10));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(25));
  EXPECT_TRUE(IsFencing(former.Commit()));
  member.Stop();
  EXPECT_EQ(member.worker.seen().at(0).start_offset, 0);
  EXPECT_EQ(Copied(), Expected());
}

// The input has been given a partition more: its partitions are tasks of their own now. The state
// task of the same number is not theirs to fence.
TEST_F(StateTasksTest, WhatOneHasSentForAnInputThatLeavesItIsWaitedForAndWhatItHasNotIsRefused) {
  topics_->Create(input(), 3);
  topics_->Create(commands(), 2);
  topics_->WriteNumbers(input(), 0, 0, 10);
  const Options options = WithStateTasks(2);
  FormerOwner former(options, "riposte." + name_ + "-0");
  former.Begin();
  for (int i = 0; i < 4; ++i) former.Write(commands(), fmt::format("0/{}:{}", i, i));
  ASSERT_EQ(former.SendOffset(4), RD_KAFKA_RESP_ERR_NO_ERROR);
  former.Leave();

  // Without state tasks nobody fences it.
  Options without = options;
  without.state_tasks = false;
  Member member(without);
  member.Start();
  EXPECT_FALSE(
      member.worker.Await([&] { return member.worker.running() > 0; }, std::chrono::seconds(3)));
  EXPECT_EQ(former.Commit(), RD_KAFKA_RESP_ERR_NO_ERROR);
  ASSERT_TRUE(member.AwaitCopied(6));
  EXPECT_EQ(member.worker.seen().at(0).start_offset, 4);
  former.Begin();
  former.Write(commands(), "zombie");
  EXPECT_TRUE(IsStaleMember(former.SendOffset(9)));
  member.Stop();
  EXPECT_EQ(topics_->Committed(name_, input(), 1), (std::vector<int64_t>{10}));
  EXPECT_EQ(Copied(), Expected());
}

}  // namespace
}  // namespace riposte::kafka
