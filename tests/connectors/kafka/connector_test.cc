#include "connectors/kafka/connector.h"

#include <algorithm>
#include <atomic>
#include <memory>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/connectors/kafka/member.h"

namespace riposte::kafka {
namespace {

using test::Broker;
using test::Isolation;
using test::Member;
using testing::HasSubstr;

class ConnectorTest : public test::KafkaTest {};

TEST_F(ConnectorTest, CopiesEachRecordOnceAndCommitsTheOffsetsWithThem) {
  topics_->Create(input(), 3);
  for (int partition = 0; partition < 3; ++partition) {
    topics_->WriteNumbers(input(), partition, partition * 1000, 500);
  }
  Member member(MakeOptions());
  member.Join();
  ASSERT_TRUE(member.AwaitCopied(1500));
  member.Stop();
  EXPECT_EQ(Copied(), Expected());
  EXPECT_EQ(topics_->Committed(name_, input(), 3), (std::vector<int64_t>{500, 500, 500}));
  EXPECT_FALSE(member.worker.failure());
  EXPECT_EQ(member.worker.seen().at(0).profile, "test-profile");
  for (const test::CopyWorker::Seen& seen : member.worker.seen()) {
    EXPECT_EQ(seen.state_tasks, 0);
    EXPECT_FALSE(seen.number || seen.is_shuffle);
  }
  EXPECT_EQ(member.connector->Ready().code(), ErrorCode::kCancelled);
}

TEST_F(ConnectorTest, ARestartGoesOnWhereTheLastTransactionEnded) {
  topics_->Create(input(), 1);
  topics_->WriteNumbers(input(), 0, 0, 200);
  {
    Member member(MakeOptions());
    member.Join();
    ASSERT_TRUE(member.AwaitCopied(200));
  }
  topics_->WriteNumbers(input(), 0, 200, 100);
  Member member(MakeOptions());
  member.Join();
  ASSERT_TRUE(member.AwaitCopied(100));
  member.Stop();
  EXPECT_EQ(member.worker.seen().at(0).start_offset, 200);
  EXPECT_EQ(Copied(), Expected());
}

TEST_F(ConnectorTest, MembersThatComeAndGoLoseAndRepeatNothing) {
  topics_->Create(input(), 4);
  Member first(MakeOptions());
  first.worker.set_batch(20);
  first.Join();
  int next = 0;
  const auto write_round = [&] {
    for (int partition = 0; partition < 4; ++partition) {
      topics_->WriteNumbers(input(), partition, next, 400);
    }
    next += 400;
  };
  write_round();
  std::unique_ptr<Member> second = std::make_unique<Member>(MakeOptions());
  second->worker.set_batch(20);
  second->Start();
  write_round();
  ASSERT_TRUE(second->worker.Await([&] { return second->worker.running() == 2; }));
  write_round();
  const auto both = [&] { return first.worker.copied() + second->worker.copied(); };
  ASSERT_TRUE(first.worker.Await([&] { return both() >= 4800; }));
  second->Stop();
  const size_t by_second = second->worker.copied();
  second.reset();
  write_round();
  ASSERT_TRUE(first.AwaitCopied(6400 - by_second));
  first.Stop();
  EXPECT_GT(by_second, 0u);
  EXPECT_EQ(Copied(), Expected());
}

// Whose input partitions go from tasks of their own to state tasks and back meanwhile.
TEST_F(ConnectorTest, StateTasksMoveAndInputsGrowAndNothingIsLostOrRepeated) {
  topics_->Create(input(), 1);
  topics_->Create(shuffle(), 2);
  Options options = MakeOptions();
  options.state_tasks = true;
  options.partitions = 2;
  Member first(options);
  first.worker.set_batch(20);
  first.Join();
  int partitions = 1;
  size_t written = 0;
  int next = 0;
  const auto write_round = [&] {
    for (int i = 0; i < partitions; ++i) topics_->WriteNumbers(input(), i, next, 300);
    for (int i = 0; i < 2; ++i) topics_->WriteNumbers(shuffle(), i, next, 100);
    written += static_cast<size_t>(partitions) * 300 + 200;
    next += 300;
  };
  write_round();
  std::unique_ptr<Member> second = std::make_unique<Member>(options);
  second->worker.set_batch(20);
  second->Start();
  write_round();
  // The input's only partition is with the first state task's owner, but no source of it.
  ASSERT_TRUE(first.worker.Await([&] {
    return second->worker.running() > 0 && first.worker.running() + second->worker.running() == 3;
  }));
  // What a member reads now: its part of the last assignment, told by what it has seen since.
  const auto joined = [&](const Member& member, int32_t count) {
    const std::vector<test::CopyWorker::Seen> seen = member.worker.seen();
    return std::ranges::any_of(seen, [&](const test::CopyWorker::Seen& source) {
      return source.id == pipeline::PartitionId{input(), count - 1} &&
             source.number.has_value() == (count == 2);
    });
  };
  for (const int grown : {2, 3}) {
    topics_->AddPartitions(input(), grown);
    partitions = grown;
    write_round();
    ASSERT_TRUE(first.worker.Await([&] { return joined(first, grown) || joined(*second, grown); }));
    write_round();
  }
  const auto both = [&] { return first.worker.copied() + second->worker.copied(); };
  ASSERT_TRUE(first.worker.Await([&] { return both() >= written; }));
  second->Stop();
  const size_t by_second = second->worker.copied();
  second.reset();
  write_round();
  ASSERT_TRUE(first.AwaitCopied(written - by_second));
  first.Stop();
  EXPECT_GT(by_second, 0u);
  EXPECT_EQ(Copied(), Expected());
  EXPECT_EQ(CopiedOfShuffle(), ExpectedOf(shuffle()));
}

TEST_F(ConnectorTest, TheShuffleThatIsDeletedEndsItToo) {
  topics_->Create(input(), 1);
  Options options = MakeOptions();
  options.state_tasks = true;
  Member member(options);
  member.Join();
  topics_->Delete(shuffle());
  const Status failure = member.AwaitFailure();
  EXPECT_EQ(failure.code(), ErrorCode::kNotFound);
  EXPECT_THAT(failure.message(), HasSubstr("'" + shuffle() + "' was deleted"));
}

TEST_F(ConnectorTest, AMemberWithoutPartitionsIsReadyAsASpare) {
  topics_->Create(input(), 1);
  Member first(MakeOptions());
  first.Join();
  Member second(MakeOptions());
  second.Join();
  ASSERT_TRUE(first.worker.Await([&] { return first.connector->Ready().ok(); }));
  ASSERT_TRUE(second.worker.Await([&] { return second.connector->Ready().ok(); }));
  EXPECT_EQ(first.worker.running() + second.worker.running(), 1u);
}

TEST_F(ConnectorTest, TwoProcessesWithOneInstanceIdEndTheOlderAndNameTheId) {
  topics_->Create(input(), 1);
  Options options = MakeOptions();
  options.instance_id = "engine-1";
  Member older(options);
  older.Join();
  Member newer(options);
  newer.Start();
  const Status failure = older.AwaitFailure();
  EXPECT_EQ(failure.code(), ErrorCode::kFenced);
  EXPECT_THAT(failure.message(), HasSubstr("'engine-1'"));
  older.Stop();
  topics_->WriteNumbers(input(), 0, 0, 50);
  ASSERT_TRUE(newer.AwaitCopied(50));
  newer.Stop();
  EXPECT_EQ(Copied(), Expected());
}

TEST_F(ConnectorTest, RefusedCredentialsEndItWithTheBrokersReason) {
  topics_->Create(input(), 1);
  Options options = MakeOptions();
  options.brokers = Broker::Get().sasl_address();
  options.properties["security.protocol"] = "SASL_PLAINTEXT";
  options.properties["sasl.mechanism"] = "PLAIN";
  options.properties["sasl.username"] = "riposte";
  options.secrets["sasl.password"] = "wrong";
  Member refused(options);
  refused.Start();
  const Status failure = refused.AwaitFailure();
  EXPECT_EQ(failure.code(), ErrorCode::kPermission);
  EXPECT_THAT(failure.message(), HasSubstr(Broker::Get().sasl_address()));
  EXPECT_THAT(failure.message(), HasSubstr("Authentication failed"));
  EXPECT_FALSE(refused.connector->Ready().ok());
  refused.Stop();

  options.secrets["sasl.password"] = "riposte-secret";
  topics_->WriteNumbers(input(), 0, 0, 10);
  Member accepted(options);
  accepted.Join();
  EXPECT_TRUE(accepted.AwaitCopied(10));
}

TEST_F(ConnectorTest, MissingRightsEndItNamingTheTopic) {
  topics_->Create(input(), 1);
  Options options = MakeOptions();
  options.brokers = Broker::Get().sasl_address();
  options.properties["security.protocol"] = "SASL_PLAINTEXT";
  options.properties["sasl.mechanism"] = "PLAIN";
  options.properties["sasl.username"] = "stranger";
  options.secrets["sasl.password"] = "stranger-secret";
  Member stranger(options);
  stranger.Start();
  const Status failure = stranger.AwaitFailure();
  EXPECT_EQ(failure.code(), ErrorCode::kPermission);
  EXPECT_THAT(failure.message(), HasSubstr(name_ + "."));
}

TEST_F(ConnectorTest, WaitsForABrokerThatIsDownAtStart) {
  topics_->Create(input(), 2);
  topics_->WriteNumbers(input(), 0, 0, 100);
  Broker::Get().Stop();
  Member member(MakeOptions());
  member.Start();
  ASSERT_TRUE(member.worker.Await([&] {
    const Status ready = member.connector->Ready();
    return ready.message().find("no answer to a metadata request") != std::string::npos;
  }));
  EXPECT_EQ(member.connector->Ready().message().find("Kafka at " + Broker::Get().address()), 0u);
  EXPECT_FALSE(member.worker.failure());
  Broker::Get().Start();
  ASSERT_TRUE(member.AwaitCopied(100));
  member.Stop();
  EXPECT_EQ(Copied(), Expected());
}

TEST_F(ConnectorTest, ABrokerThatGoesAndComesBackLosesAndRepeatsNothing) {
  topics_->Create(input(), 2);
  for (int partition = 0; partition < 2; ++partition) {
    topics_->WriteNumbers(input(), partition, 0, 800);
  }
  Member member(MakeOptions());
  member.worker.set_batch(10);
  member.Join();
  ASSERT_TRUE(member.AwaitCopied(100));
  KillBrokerUnder(member);
  ASSERT_TRUE(member.worker.Await([&] { return !member.connector->Ready().ok(); }));
  EXPECT_THAT(member.connector->Ready().message(), HasSubstr("no Kafka broker"));
  Broker::Get().Start();
  ASSERT_TRUE(member.AwaitCopied(1600));
  ASSERT_TRUE(member.worker.Await([&] { return member.connector->Ready().ok(); }));
  member.Stop();
  EXPECT_FALSE(member.worker.failure());
  EXPECT_EQ(Copied(), Expected());
}

TEST_F(ConnectorTest, StopsInTimeWhileNoBrokerAnswers) {
  topics_->Create(input(), 2);
  topics_->WriteNumbers(input(), 0, 0, 3000);
  {
    Member member(MakeOptions());
    member.worker.set_batch(1);
    member.Join();
    ASSERT_TRUE(member.AwaitCopied(5));
    KillBrokerUnder(member);
    ASSERT_TRUE(member.worker.Await([&] { return !member.connector->Ready().ok(); }));
    member.connector->Stop(Duration(3000));
    EXPECT_EQ(member.worker.running(), 0u);
  }
  Broker::Get().Start();
  Member member(MakeOptions());
  member.worker.set_batch(1000);
  member.Join();
  ASSERT_TRUE(member.worker.Await(
      [&] { return topics_->Committed(name_, input(), 1) == std::vector<int64_t>{3000}; }));
  member.Stop();
  EXPECT_EQ(Copied(), Expected());
}

TEST_F(ConnectorTest, AnInputTopicThatIsDeletedEndsIt) {
  topics_->Create(input(), 1);
  topics_->WriteNumbers(input(), 0, 0, 10);
  Member member(MakeOptions());
  member.Join();
  ASSERT_TRUE(member.AwaitCopied(10));
  topics_->Delete(input());
  const Status failure = member.AwaitFailure();
  EXPECT_EQ(failure.code(), ErrorCode::kNotFound);
  EXPECT_THAT(failure.message(), HasSubstr("'" + input() + "' was deleted"));
}

TEST(ConnectorOptionsTest, RefusesToStartWithoutInputs) {
  Options options;
  options.brokers = "127.0.0.1:9";
  const Result<std::unique_ptr<KafkaConnector>> made = KafkaConnector::Create(options);
  ASSERT_FALSE(made.ok());
  EXPECT_THAT(made.status().message(), HasSubstr("no Kafka input topics"));
}

}  // namespace
}  // namespace riposte::kafka
