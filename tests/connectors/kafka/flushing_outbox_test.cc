// What a task without transactions does after each error of the broker, on librdkafka's mock. That
// nothing is lost is shown on a real broker (connector_test.cc, tests/integration).
#include "connectors/kafka/flushing_outbox.h"

#include <chrono>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/connectors/kafka/mock_task.h"

namespace riposte::kafka {
namespace {

using pipeline::Committed;
using pipeline::OutRecord;
using pipeline::OutTopic;
using test::Api;
using test::MockTask;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::vector<OutRecord> kRecords = {
    {.topic = OutTopic::kCommands, .key = "asset", .value = "command"},
    {.topic = OutTopic::kAudit, .key = "asset", .value = "audit"}};

struct Flushing : MockTask {
  Flushing() : MockTask(DeliveryMode::kAtLeastOnce) {}
};

TEST(FlushingOutbox, CommitsTheOffsetsBehindTheRecords) {
  Flushing task;
  EXPECT_EQ(*task.Commit(kRecords, 5), Committed::kYes);
  EXPECT_EQ(*task.Commit({}, 6), Committed::kYes);
  EXPECT_THAT(task.group->committed, ElementsAre(5, 6));
  EXPECT_EQ(task.group->asked, 0);
}

TEST(FlushingOutbox, WhatPassesIsWaitedFor) {
  for (const rd_kafka_resp_err_t error :
       {RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR__TRANSPORT}) {
    Flushing task;
    task.Push(Api::kProduce, {error});
    EXPECT_EQ(*task.Commit(kRecords, 5), Committed::kYes) << rd_kafka_err2str(error);
    EXPECT_THAT(task.group->committed, ElementsAre(5));
  }
}

// The order that the whole promise rests on: no offset without all of its outputs.
TEST(FlushingOutbox, NoOffsetIsCommittedForABatchThatWasNotDelivered) {
  for (const rd_kafka_resp_err_t error :
       {RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH,
        RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS}) {
    Flushing task;
    ASSERT_EQ(*task.Commit(kRecords, 5), Committed::kYes);
    task.Push(Api::kProduce, {error});
    Committed done = *task.Commit(kRecords, 10);
    if (done == Committed::kAborted) {
      EXPECT_THAT(task.group->committed, ElementsAre(5)) << rd_kafka_err2str(error);
      done = *task.Commit(kRecords, 10);
    }
    EXPECT_EQ(done, Committed::kYes) << rd_kafka_err2str(error);
    EXPECT_THAT(task.group->committed, ElementsAre(5, 10));
  }
}

TEST(FlushingOutbox, ARecordThatIsRefusedForGoodNeedsAnOperator) {
  Flushing task;
  task.Push(Api::kProduce, {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED});
  const Result<Committed> done = task.Commit(kRecords, 5);
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.status().code(), ErrorCode::kPermission);
  EXPECT_EQ(task.group->failure.code(), ErrorCode::kPermission);
  EXPECT_THAT(task.group->committed, IsEmpty());
}

TEST(FlushingOutbox, AMemberThatTheGroupHasLeftBehindStops) {
  for (const rd_kafka_resp_err_t error :
       {RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION}) {
    Flushing task;
    task.group->commit_errors = {error};
    const Result<Committed> done = task.Commit(kRecords, 5);
    ASSERT_FALSE(done.ok());
    EXPECT_EQ(done.status().code(), ErrorCode::kFenced);
    EXPECT_EQ(task.group->fenced, 1);
    EXPECT_THAT(task.group->committed, IsEmpty());
  }
}

TEST(FlushingOutbox, AnOffsetThatIsNotTakenYetIsCommittedAgain) {
  Flushing task;
  task.group->commit_errors = {RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS,
                               RD_KAFKA_RESP_ERR__TIMED_OUT};
  EXPECT_EQ(*task.Commit(kRecords, 5), Committed::kYes);
  EXPECT_THAT(task.group->committed, ElementsAre(5));
}

TEST(FlushingOutbox, AnOffsetThatMayNotBeCommittedNeedsAnOperator) {
  Flushing task;
  task.group->commit_errors = {RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED};
  EXPECT_FALSE(task.Commit(kRecords, 5).ok());
  EXPECT_EQ(task.group->failure.code(), ErrorCode::kPermission);
}

TEST(FlushingOutbox, WithoutABrokerTheGroupsEndIsTheEnd) {
  Flushing task;
  task.TakeDown();
  task.group->given_up = true;
  EXPECT_EQ(task.Commit(kRecords, 5).status().code(), ErrorCode::kCancelled);
  task.group->lost = true;
  EXPECT_EQ(task.Commit(kRecords, 5).status().code(), ErrorCode::kFenced);
  EXPECT_THAT(task.group->committed, IsEmpty());
}

TEST(FlushingOutbox, ABatchThatNobodyTakesEndsWithTheGroupAndHoldsNothingUp) {
  Flushing task;
  ASSERT_EQ(*task.Commit(kRecords, 5), Committed::kYes);
  task.TakeDown();
  std::thread end([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    task.group->given_up = true;
  });
  EXPECT_EQ(task.Commit(kRecords, 10).status().code(), ErrorCode::kCancelled);
  end.join();
  const auto before = std::chrono::steady_clock::now();
  task.outbox.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(5));
  EXPECT_EQ(task.group->users, 0);
  EXPECT_THAT(task.group->committed, ElementsAre(5));
}

TEST(FlushingOutbox, ARecordAboveTheLimitIsRefusedBeforeItIsSent) {
  Flushing task;
  const std::vector<OutRecord> large = {
      {.topic = OutTopic::kAudit, .key = "k", .value = std::string(100'001, 'x')}};
  EXPECT_EQ(task.Commit(large, 5).status().code(), ErrorCode::kInvalidArgument);
  EXPECT_THAT(task.group->committed, IsEmpty());
}

// Brokers without a feature say so at the start, and what to do.
TEST(LackingBroker, WithoutTransactionsThereIsAWayOut) {
  MockTask task;
  task.outbox.reset();
  task.Disable(Api::kInitProducerId);
  const Status status =
      task.MakeOutbox(DeliveryMode::kExactlyOnce)->Fence(std::chrono::seconds(20));
  EXPECT_EQ(status.code(), ErrorCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("do not offer transactions (InitProducerId"));
  EXPECT_THAT(status.message(), HasSubstr("delivery: at_least_once"));
}

TEST(LackingBroker, WhatIsMissingInATransactionOnlyIsToldAsWell) {
  for (const Api api : {Api::kAddOffsets, Api::kTxnOffsetCommit, Api::kEndTxn}) {
    MockTask task;
    task.Push(api, {RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION});
    const Result<Committed> done = task.Commit(kRecords, 5);
    ASSERT_FALSE(done.ok()) << static_cast<int>(api);
    EXPECT_THAT(done.status().message(), HasSubstr("delivery: at_least_once"));
    EXPECT_EQ(task.group->failure.code(), ErrorCode::kInvalidArgument);
  }
}

TEST(LackingBroker, WithoutIdempotenceThereIsNone) {
  MockTask task;
  task.outbox.reset();
  task.Disable(Api::kInitProducerId);
  const std::unique_ptr<TaskOutbox> outbox = task.MakeOutbox(DeliveryMode::kAtLeastOnce);
  Status status = outbox->Fence(std::chrono::seconds(20));
  if (status.ok()) {
    const pipeline::NextOffset next{.id = {.topic = "in", .partition = 0}, .offset = 5};
    status = outbox->Commit(kRecords, {&next, 1}).status();
    EXPECT_EQ(task.group->failure.code(), ErrorCode::kInvalidArgument);
  }
  EXPECT_EQ(status.code(), ErrorCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("idempotent producers (InitProducerId)"));
  EXPECT_THAT(task.group->committed, IsEmpty());
}

}  // namespace
}  // namespace riposte::kafka
