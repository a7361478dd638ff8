// One partition of a real broker, read through its own queue.
#include "connectors/kafka/input.h"

#include <chrono>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/connectors/kafka/member.h"
#include "tests/connectors/kafka/solo_task.h"

namespace riposte::kafka {
namespace {

using test::Member;
using test::SoloTask;
using test::Take;
using test::Taken;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Duration kWait{10000};
constexpr Duration kShort{50};

std::vector<int64_t> Offsets(const std::vector<Taken>& records) {
  std::vector<int64_t> offsets;
  for (const Taken& record : records) offsets.push_back(record.offset);
  return offsets;
}

Time Now() { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }

class InputTest : public test::KafkaTest {
 protected:
  pipeline::PartitionId id(int32_t partition = 0) const { return {input(), partition}; }
};

TEST_F(InputTest, GivesKeysValuesAndTombstonesInOrder) {
  topics_->Create(input(), 1);
  topics_->Write(input(), 0,
                 {{.key = "k1", .value = "v1"},
                  {.key = "", .value = "no key"},
                  {.key = "k3", .value = ""},
                  {.key = "k4", .value = std::nullopt},
                  {.key = std::string("k\0", 2), .value = std::string("\0\xff", 2)}});
  SoloTask task(MakeOptions());
  const std::unique_ptr<KafkaInput> opened = task.Open(id(), 0);
  EXPECT_EQ(opened->id(), id());
  const std::vector<Taken> records = Take(*opened, 5);
  ASSERT_THAT(Offsets(records), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_EQ(records[0].key, "k1");
  EXPECT_EQ(records[0].value, "v1");
  EXPECT_EQ(records[1].key, "");
  EXPECT_EQ(records[2].value, "");
  EXPECT_FALSE(records[3].value.has_value());
  EXPECT_EQ(records[4].key, std::string("k\0", 2));
  EXPECT_EQ(records[4].value, std::string("\0\xff", 2));
}

TEST_F(InputTest, ReadsEveryCodec) {
  topics_->Create(input(), 5);
  int32_t partition = 0;
  for (const std::string codec : {"none", "gzip", "snappy", "lz4", "zstd"}) {
    SCOPED_TRACE(codec);
    topics_->WriteNumbers(input(), partition, 100, 300, codec);
    SoloTask task(MakeOptions());
    const std::unique_ptr<KafkaInput> opened = task.Open(id(partition), 0);
    const std::vector<Taken> records = Take(*opened, 300);
    ASSERT_EQ(records.size(), 300u);
    for (int i = 0; i < 300; ++i) {
      EXPECT_EQ(records[static_cast<size_t>(i)].value, std::to_string(100 + i));
    }
    ++partition;
  }
}

TEST_F(InputTest, APollStopsAtItsRecordsAndAfterItsBytes) {
  topics_->Create(input(), 1);
  topics_->Write(input(), 0,
                 std::vector<test::TopicAccess::Out>(20, {.key = "12345", .value = "1234567890"}));
  SoloTask task(MakeOptions());
  const std::unique_ptr<KafkaInput> opened = task.Open(id(), 0);
  // All of one batch is in the queue as soon as its first record is.
  ASSERT_THAT(Offsets(Take(*opened, 1)), ElementsAre(0));
  struct Case {
    size_t max_records, max_bytes, given;
  };
  std::vector<pipeline::Record> records;
  for (const Case& test :
       {Case{2, 1000, 2}, Case{100, 1, 1}, Case{100, 15, 1}, Case{100, 16, 2}, Case{100, 45, 3}}) {
    ASSERT_TRUE(opened->Poll(test.max_records, test.max_bytes, kWait, records).ok());
    EXPECT_EQ(records.size(), test.given) << test.max_records << " " << test.max_bytes;
  }
  EXPECT_THAT(Offsets(Take(*opened, 10)), testing::SizeIs(10));
}

TEST_F(InputTest, NothingNewIsNoError) {
  topics_->Create(input(), 1);
  SoloTask task(MakeOptions());
  const std::unique_ptr<KafkaInput> opened = task.Open(id(), 0);
  std::vector<pipeline::Record> records(3);
  EXPECT_TRUE(opened->Poll(10, 1000, kShort, records).ok());
  EXPECT_THAT(records, IsEmpty());
  topics_->WriteNumbers(input(), 0, 0, 2);
  EXPECT_THAT(Offsets(Take(*opened, 2)), ElementsAre(0, 1));
}

TEST_F(InputTest, RewindGivesTheSameRecordsAgain) {
  topics_->Create(input(), 1);
  topics_->WriteNumbers(input(), 0, 0, 50);
  SoloTask task(MakeOptions());
  const std::unique_ptr<KafkaInput> opened = task.Open(id(), 10);
  ASSERT_THAT(Offsets(Take(*opened, 3)), ElementsAre(10, 11, 12));
  for (const int64_t offset : {11, 11, 0, 49}) {
    const Status status = opened->Rewind(offset);
    ASSERT_TRUE(status.ok()) << status.message();
    EXPECT_EQ(Take(*opened, 1).at(0).offset, offset);
  }
  ASSERT_TRUE(opened->Rewind(30).ok());
  EXPECT_EQ(Take(*opened, 20).size(), 20u);
}

TEST_F(InputTest, BatchesThatAreThrownAwayAreReadAgainAndCopiedOnce) {
  topics_->Create(input(), 2);
  for (int partition = 0; partition < 2; ++partition) {
    topics_->WriteNumbers(input(), partition, 0, 300);
  }
  Member member(MakeOptions());
  member.worker.set_batch(30);
  // The batch is thrown away with the next ones already fetched.
  member.worker.set_spoil(
      [](const pipeline::PartitionId&, size_t batch) { return batch % 3 == 1; });
  member.Join();
  ASSERT_TRUE(member.AwaitCopied(600));
  member.Stop();
  EXPECT_GT(member.worker.aborts(), 5u);
  EXPECT_EQ(Copied(), Expected());
}

TEST_F(InputTest, TheTimeIsTheBrokersWhereTheTopicHasIt) {
  topics_->Create(input(), 1, {{"message.timestamp.type", "LogAppendTime"}});
  const std::string by_producer = name_ + ".by-producer";
  topics_->Create(by_producer, 1, {{"message.timestamp.type", "CreateTime"}});
  const Time before = Now();
  topics_->WriteNumbers(input(), 0, 0, 1);
  topics_->WriteNumbers(by_producer, 0, 0, 1);
  const Time written = Now();
  SoloTask task(MakeOptions());
  const std::unique_ptr<KafkaInput> opened = task.Open(id(), 0);
  const Time append_time = Take(*opened, 1).at(0).append_time;
  EXPECT_GE(append_time, before);
  EXPECT_LE(append_time, written);
  // A producer's clock is not trusted: the time of reading counts.
  SoloTask other(MakeOptions());
  const std::unique_ptr<KafkaInput> theirs = other.Open({by_producer, 0}, 0);
  EXPECT_GE(Take(*theirs, 1).at(0).append_time, written);
}

TEST_F(InputTest, RecordsOfAnAbortedTransactionDoNotExist) {
  topics_->Create(input(), 1);
  topics_->WriteNumbers(input(), 0, 0, 2);
  SoloTask task(MakeOptions());
  const std::unique_ptr<Client> producer = task.MakeProducer(name_);
  const TopicPtr topic(rd_kafka_topic_new(producer->get(), input().c_str(), nullptr));
  for (const bool commit : {false, true}) {
    ASSERT_EQ(rd_kafka_begin_transaction(producer->get()), nullptr);
    std::string value = commit ? "committed" : "aborted";
    ASSERT_EQ(rd_kafka_produce(topic.get(), 0, RD_KAFKA_MSG_F_COPY, value.data(), value.size(),
                               nullptr, 0, nullptr),
              0);
    ASSERT_EQ(rd_kafka_flush(producer->get(), 10000), RD_KAFKA_RESP_ERR_NO_ERROR);
    const ErrorPtr error(commit ? rd_kafka_commit_transaction(producer->get(), 10000)
                                : rd_kafka_abort_transaction(producer->get(), 10000));
    ASSERT_FALSE(error) << rd_kafka_error_string(error.get());
  }
  topics_->WriteNumbers(input(), 0, 2, 1);
  const std::unique_ptr<KafkaInput> opened = task.Open(id(), 0);
  const std::vector<Taken> records = Take(*opened, 4);
  // 2: aborted; 3 and 5: the transactions' ends.
  EXPECT_THAT(Offsets(records), ElementsAre(0, 1, 4, 6));
  EXPECT_EQ(records.at(2).value, "committed");
}

TEST_F(InputTest, TheLagCountsWhatIsLeft) {
  topics_->Create(input(), 1);
  topics_->WriteNumbers(input(), 0, 0, 20);
  SoloTask task(MakeOptions());
  const std::unique_ptr<KafkaInput> opened = task.Open(id(), 0);
  EXPECT_EQ(opened->Lag(), -1);
  Take(*opened, 5);
  EXPECT_EQ(opened->Lag(), 15);
  Take(*opened, 15);
  EXPECT_EQ(opened->Lag(), 0);
}

// Of a topic that is written in transactions the end is their markers: a reader that has all of the
// records is not behind.
TEST_F(InputTest, WhatTransactionsEndWithIsNoLag) {
  topics_->Create(input(), 1);
  topics_->WriteInTransaction(input(), 0, {{.key = "", .value = "committed"}}, true);
  topics_->WriteInTransaction(input(), 0, {{.key = "", .value = "aborted"}}, false);
  SoloTask task(MakeOptions());
  const std::unique_ptr<KafkaInput> opened = task.Open(id(), 0);
  ASSERT_THAT(Offsets(Take(*opened, 1)), ElementsAre(0));
  std::vector<pipeline::Record> records;
  const Time deadline = Now() + kWait;
  while (opened->Lag() != 0 && Now() < deadline)
    ASSERT_TRUE(opened->Poll(10, 1 << 20, kShort, records).ok());
  EXPECT_EQ(opened->Lag(), 0);
  EXPECT_THAT(records, IsEmpty());
  // A record behind them is one.
  topics_->WriteNumbers(input(), 0, 7, 1);
  EXPECT_EQ(Take(*opened, 1).at(0).value, "7");
  // It can be read again from before them, once.
  ASSERT_TRUE(opened->Rewind(0).ok());
  EXPECT_THAT(Offsets(Take(*opened, 2)), ElementsAre(0, 4));
}

TEST_F(InputTest, ARevokedPartitionGivesNothingMore) {
  topics_->Create(input(), 1);
  topics_->WriteNumbers(input(), 0, 0, 20);
  SoloTask task(MakeOptions());
  const std::unique_ptr<KafkaInput> opened = task.Open(id(), 0);
  Take(*opened, 5);
  task.membership()->Revoke(false, std::chrono::steady_clock::now() + std::chrono::hours(1));
  std::vector<pipeline::Record> records(1);
  EXPECT_EQ(opened->Poll(10, 1000, kWait, records).code(), ErrorCode::kCancelled);
  EXPECT_THAT(records, IsEmpty());
}

TEST_F(InputTest, AnOffsetThatIsNotInTheTopicAsksForANewAssignmentOnce) {
  topics_->Create(input(), 2);
  for (int32_t partition = 0; partition < 2; ++partition) {
    topics_->WriteNumbers(input(), partition, 0, 50);
  }
  topics_->DeleteBefore(input(), 0, 20);
  struct Case {
    int32_t partition;
    int64_t offset;
  };
  for (const Case& test : {Case{0, 19}, Case{1, 51}}) {
    SoloTask task(MakeOptions());
    const std::unique_ptr<KafkaInput> opened = task.Open(id(test.partition), test.offset);
    std::vector<pipeline::Record> records;
    for (int call = 0; call < 2; ++call) {
      const Status status = opened->Poll(10, 1000, kWait, records);
      EXPECT_EQ(status.code(), ErrorCode::kNotFound);
      EXPECT_THAT(status.message(),
                  HasSubstr(fmt::format("{}/{}: offset {} is no longer in the topic", input(),
                                        test.partition, test.offset)));
    }
    EXPECT_THAT(task.reports(), ElementsAre("expired"));
  }
  SoloTask task(MakeOptions());
  const std::unique_ptr<KafkaInput> first = task.Open(id(), 20);
  EXPECT_EQ(Take(*first, 1).at(0).offset, 20);
}

TEST_F(InputTest, CountsItselfWhileItLives) {
  topics_->Create(input(), 1);
  SoloTask task(MakeOptions());
  {
    const std::unique_ptr<KafkaInput> opened = task.Open(id(), 0);
    EXPECT_EQ(task.membership()->users(), 1);
  }
  EXPECT_EQ(task.membership()->users(), 0);
}

}  // namespace
}  // namespace riposte::kafka
