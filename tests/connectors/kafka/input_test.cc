#include "connectors/kafka/input.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/connectors/kafka/member.h"

namespace riposte::kafka {
namespace {

using pipeline::PartitionId;
using test::Member;

class InputTest : public test::KafkaTest {};

TEST_F(InputTest, ReadsEveryCodec) {
  topics_->Create(input(), 1);
  int next = 0;
  for (const char* codec : {"none", "gzip", "snappy", "lz4", "zstd"}) {
    topics_->WriteNumbers(input(), 0, next, 500, codec);
    next += 500;
  }
  Member member(MakeOptions());
  member.Join();
  ASSERT_TRUE(member.AwaitCopied(2500));
  member.Stop();
  EXPECT_EQ(Copied(), Expected());
}

TEST_F(InputTest, ReadsAgainFromWhereItIsRewoundTo) {
  topics_->Create(input(), 2);
  for (int partition = 0; partition < 2; ++partition) {
    topics_->WriteNumbers(input(), partition, 0, 1000);
  }
  Member member(MakeOptions());
  member.worker.set_batch(50);
  // The batch is thrown away with the next ones already fetched.
  member.worker.set_spoil([](const PartitionId&, size_t batch) { return batch % 3 == 1; });
  member.Join();
  ASSERT_TRUE(member.AwaitCopied(2000));
  member.Stop();
  EXPECT_GT(member.worker.aborts(), 10u);
  EXPECT_EQ(Copied(), Expected());
}

TEST_F(InputTest, TellsATombstoneFromAnEmptyValue) {
  topics_->Create(input(), 1);
  topics_->Write(input(), 0, {{.key = "k", .value = std::nullopt}, {.key = "", .value = ""}});
  Member member(MakeOptions());
  member.Join();
  ASSERT_TRUE(member.AwaitCopied(2));
  member.Stop();
  EXPECT_EQ(Copied(), (std::multiset<std::string>{"0/0:(none)", "0/1:"}));
}

TEST_F(InputTest, TakesTheBrokersTimeWhereTheTopicHasIt) {
  topics_->Create(input(), 1, {{"message.timestamp.type", "LogAppendTime"}});
  const Time before = SystemClock().Now();
  topics_->WriteNumbers(input(), 0, 0, 1);
  const Time after = SystemClock().Now();
  Member member(MakeOptions());
  member.Join();
  ASSERT_TRUE(member.AwaitCopied(1));
  EXPECT_GE(member.worker.records().at(0).append_time, before);
  EXPECT_LE(member.worker.records().at(0).append_time, after);
}

TEST_F(InputTest, TakesTheTimeOfReadingWhereTheTopicHasTheWritersTime) {
  topics_->Create(input(), 1);
  topics_->WriteNumbers(input(), 0, 0, 1);
  const Time written = SystemClock().Now();
  Member member(MakeOptions());
  member.Join();
  ASSERT_TRUE(member.AwaitCopied(1));
  EXPECT_GE(member.worker.records().at(0).append_time, written);
}

}  // namespace
}  // namespace riposte::kafka
