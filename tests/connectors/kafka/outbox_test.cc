// What a task does after each error of the broker, on librdkafka's mock. That nothing is lost or
// doubled is shown on a real broker (connector_test.cc, membership_test.cc).
#include "connectors/kafka/outbox.h"

#include <chrono>
#include <optional>
#include <thread>

#include <gtest/gtest.h>

#include "tests/connectors/kafka/mock_task.h"

namespace riposte::kafka {
namespace {

using pipeline::Committed;
using pipeline::OutRecord;
using pipeline::OutTopic;
using test::Api;
using test::MockTask;

const std::vector<OutRecord> kRecords = {
    {.topic = OutTopic::kCommands, .key = "asset", .value = "command"},
    {.topic = OutTopic::kAudit, .key = "asset", .value = "audit"}};

// `result`: empty means fenced. `asks`: whether the committed offset had to be asked.
struct Case {
  Api api;
  rd_kafka_resp_err_t error;
  std::optional<Committed> result;
  bool asks;
};

class OutboxTest : public testing::TestWithParam<Case> {};

TEST_P(OutboxTest, DoesWhatTheErrorsClassAsksFor) {
  const Case& given = GetParam();
  MockTask task;
  ASSERT_EQ(*task.Commit(kRecords, 5), Committed::kYes);
  const int asked_before = task.group->asked;
  task.Push(given.api, {given.error});
  const Result<Committed> done = task.Commit(kRecords, 10);
  if (given.result) {
    ASSERT_TRUE(done.ok()) << done.status().message();
    EXPECT_EQ(*done, *given.result);
    // Whatever it was, the next transaction goes through, at the latest after one more abort.
    Committed next = *task.Commit(kRecords, 15);
    if (next == Committed::kAborted) next = *task.Commit(kRecords, 15);
    EXPECT_EQ(next, Committed::kYes);
  } else {
    ASSERT_FALSE(done.ok());
    EXPECT_EQ(done.status().code(), ErrorCode::kFenced);
    EXPECT_EQ(task.group->fenced, 1);
  }
  if (given.asks) {
    EXPECT_GT(task.group->asked, asked_before);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Errors, OutboxTest,
    testing::Values(
        // Retried inside.
        Case{Api::kProduce, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, Committed::kYes, false},
        Case{Api::kAddPartitions, RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS, Committed::kYes,
             false},
        Case{Api::kTxnOffsetCommit, RD_KAFKA_RESP_ERR_NOT_COORDINATOR, Committed::kYes, false},
        // Aborted; the committed offset confirms it.
        Case{Api::kProduce, RD_KAFKA_RESP_ERR_INVALID_TXN_STATE, Committed::kAborted, true},
        Case{Api::kProduce, RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID, Committed::kAborted, true},
        Case{Api::kEndTxn, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING, Committed::kAborted,
             true},
        // The producer is of no more use: a new one, and the committed offset.
        Case{Api::kProduce, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, Committed::kAborted,
             true},
        Case{Api::kEndTxn, RD_KAFKA_RESP_ERR_INVALID_TXN_STATE, Committed::kAborted, true},
        // Another has the partition.
        Case{Api::kTxnOffsetCommit, RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, std::nullopt, false},
        Case{Api::kTxnOffsetCommit, RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, std::nullopt, false},
        Case{Api::kTxnOffsetCommit, RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, std::nullopt, false},
        Case{Api::kProduce, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, std::nullopt, false},
        Case{Api::kEndTxn, RD_KAFKA_RESP_ERR_PRODUCER_FENCED, std::nullopt, false}));

// The client library sends such a request again by itself, and the first one may yet arrive. It
// tells of the third loss of a connection in a row no more: only the request that is sent twice
// shows it.
TEST(OutboxLostAnswerTest, ACommitWhoseAnswerWasLostIsNotBelievedAlthoughNobodyTellsOfIt) {
  for (const Api api : {Api::kEndTxn, Api::kTxnOffsetCommit}) {
    MockTask task;
    ASSERT_EQ(*task.Commit(kRecords, 5), Committed::kYes);
    for (int cut = 0; cut < 3; ++cut) {
      task.CutConnections();
      std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    }
    const int asked_before = task.group->asked;
    task.Push(api, {RD_KAFKA_RESP_ERR__TRANSPORT});
    EXPECT_EQ(*task.Commit(kRecords, 10), Committed::kAborted) << static_cast<int>(api);
    EXPECT_EQ(task.group->asked, asked_before + 1);
    EXPECT_EQ(*task.Commit(kRecords, 10), Committed::kYes);
  }
}

TEST(OutboxRefusalTest, ATopicThatMayNotBeWrittenNeedsAnOperator) {
  MockTask task;
  task.Push(Api::kProduce, {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED});
  const Result<Committed> done = task.Commit(kRecords, 5);
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.status().code(), ErrorCode::kPermission);
  EXPECT_EQ(task.group->failure.code(), ErrorCode::kPermission);
}

TEST(OutboxLimitsTest, RefusesWhatTheTopicWouldRefuseForEver) {
  MockTask task;
  const size_t most = task.outbox->MaxValueBytes(OutTopic::kCommands);
  EXPECT_LT(most, 100'000u);
  EXPECT_GT(most, 90'000u);
  OutRecord record{.topic = OutTopic::kCommands, .key = "asset", .value = std::string(most, 'x')};
  EXPECT_EQ(*task.Commit({&record, 1}, 5), Committed::kYes);
  record.value = std::string(100'001, 'x');
  const Result<Committed> refused = task.Commit({&record, 1}, 6);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.status().code(), ErrorCode::kInvalidArgument);
}

TEST(OutboxLimitsTest, ThatHoldsForEveryTopic) {
  MockTask task;
  for (size_t i = 0; i < static_cast<size_t>(OutTopic::kCount); ++i) {
    OutRecord record{.topic = static_cast<OutTopic>(i), .key = "key", .value = {}};
    record.value.assign(task.outbox->MaxValueBytes(record.topic), 'x');
    EXPECT_EQ(*task.Commit({&record, 1}, 5), Committed::kYes) << i;
    record.value.assign(100'001, 'x');
    EXPECT_EQ(task.Commit({&record, 1}, 6).status().code(), ErrorCode::kInvalidArgument) << i;
  }
}

OutRecord Change(std::string key, int32_t partition = 1) {
  return {.topic = OutTopic::kChangelog,
          .key = std::move(key),
          .value = "state",
          .partition = partition};
}

TEST(OutboxChangelogTest, TellsWhereItGoesOnBehindTheLastTransactionThatWasCommitted) {
  MockTask task;
  EXPECT_EQ(task.outbox->ChangelogNext(), std::nullopt);
  ASSERT_EQ(*task.Commit(kRecords, 1), Committed::kYes);
  EXPECT_EQ(task.outbox->ChangelogNext(), std::nullopt) << "other topics' offsets are not taken";
  ASSERT_EQ(*task.Commit(std::vector{Change("a"), kRecords[0], Change("b")}, 2), Committed::kYes);
  EXPECT_EQ(task.outbox->ChangelogNext(), 2);
  ASSERT_EQ(*task.Commit(std::vector{Change("a")}, 3), Committed::kYes);
  EXPECT_EQ(task.outbox->ChangelogNext(), 3);
  ASSERT_EQ(*task.Commit(kRecords, 4), Committed::kYes);
  EXPECT_EQ(task.outbox->ChangelogNext(), std::nullopt) << "it had no record of the changelog";
}

TEST(OutboxChangelogTest, WhatAnAbortedTransactionWroteDoesNotCount) {
  MockTask task;
  ASSERT_EQ(*task.Commit(std::vector{Change("a"), Change("b")}, 1), Committed::kYes);
  // Once with the producer that goes on, once with a new one.
  for (const rd_kafka_resp_err_t error :
       {RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING, RD_KAFKA_RESP_ERR_INVALID_TXN_STATE}) {
    task.Push(Api::kEndTxn, {error});
    ASSERT_EQ(*task.Commit(std::vector{Change("a"), Change("b"), Change("c")}, 2),
              Committed::kAborted);
    EXPECT_EQ(task.outbox->ChangelogNext(), 2);
  }
  // The mock keeps what was aborted, as a broker does.
  ASSERT_EQ(*task.Commit(std::vector{Change("a")}, 2), Committed::kYes);
  EXPECT_EQ(task.outbox->ChangelogNext(), 9);
}

TEST(OutboxChangelogTest, APartitionThatTheTopicDoesNotHaveNeedsAnOperator) {
  MockTask task;
  const OutRecord beyond = Change("a", 2);
  const Result<Committed> done = task.Commit({&beyond, 1}, 5);
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.status().code(), ErrorCode::kNotFound);
  EXPECT_EQ(task.group->failure.code(), ErrorCode::kNotFound);
}

TEST(OutboxLostTest, APartitionThatIsLostWhileANewProducerIsMadeIsNoTroubleOfTheBrokers) {
  MockTask task;
  // The transaction is aborted, but one of its requests may still be on its way.
  task.Push(Api::kTxnOffsetCommit, {RD_KAFKA_RESP_ERR__TRANSPORT});
  task.Push(Api::kEndTxn, {RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING});
  ASSERT_EQ(*task.Commit(kRecords, 5), Committed::kAborted);
  task.TakeDown();
  std::thread loss([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    task.group->lost = true;
  });
  const Result<Committed> done = task.Commit(kRecords, 5);
  loss.join();
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.status().code(), ErrorCode::kFenced) << done.status().message();
  EXPECT_TRUE(task.group->failure.ok());
}

TEST(OutboxLimitsTest, CommitsNothingAfterThePartitionIsLostOrTimeIsUp) {
  MockTask task;
  task.group->given_up = true;
  EXPECT_EQ(task.Commit(kRecords, 5).status().code(), ErrorCode::kCancelled);
  task.group->lost = true;
  EXPECT_EQ(task.Commit(kRecords, 5).status().code(), ErrorCode::kFenced);
  EXPECT_EQ(task.group->users, 1);
  task.outbox.reset();
  EXPECT_EQ(task.group->users, 0);
}

}  // namespace
}  // namespace riposte::kafka
