// One transactional producer against a real broker. What it does after each single error is shown
// on the mock (outbox_test.cc).
#include <chrono>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/kafka/outbox.h"
#include "tests/connectors/kafka/member.h"
#include "tests/connectors/kafka/mock_task.h"
#include "tests/connectors/kafka/solo_task.h"

namespace riposte::kafka {
namespace {

using pipeline::Committed;
using pipeline::OutRecord;
using pipeline::OutTopic;
using test::Isolation;
using test::SoloTask;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Duration kPatience{20000};

class OutboxBrokerTest : public test::KafkaTest {
 protected:
  void SetUp() override {
    KafkaTest::SetUp();
    if (IsSkipped()) return;
    topics_->Create(input(), 3);
    for (const std::string& topic : OutTopics(MakeOptions())) topics_->Create(topic, 2);
  }

  pipeline::PartitionId id(int32_t partition = 0) const { return {input(), partition}; }

  std::unique_ptr<KafkaOutbox> Fenced(SoloTask& task) {
    std::unique_ptr<KafkaOutbox> outbox = task.MakeOutbox(id(), name_ + "-0");
    const Status status = outbox->Fence(kPatience);
    EXPECT_TRUE(status.ok()) << status.message();
    return outbox;
  }

  Result<Committed> Commit(KafkaOutbox& outbox, const std::vector<OutRecord>& records,
                           int64_t next_offset) const {
    const pipeline::NextOffset next{.id = id(), .offset = next_offset};
    return outbox.Commit(records, {&next, 1});
  }
  int64_t Offset(int32_t partition = 0) const {
    return topics_->Committed(name_, input(), 3)[static_cast<size_t>(partition)];
  }
  std::vector<std::string> Values(OutTopic topic,
                                  Isolation isolation = Isolation::kCommitted) const {
    std::vector<std::string> values;
    for (const test::Written& record :
         topics_->ReadAll(name_ + "." + std::string(pipeline::OutTopicName(topic)), isolation)) {
      values.push_back(record.value.value_or("(none)"));
    }
    return values;
  }
};

std::vector<OutRecord> Command(const std::string& value) {
  return {{.topic = OutTopic::kCommands, .key = "asset", .value = value}};
}

void Produce(const Client& producer, const std::string& topic, std::string value) {
  const TopicPtr handle(rd_kafka_topic_new(producer.get(), topic.c_str(), nullptr));
  ASSERT_EQ(rd_kafka_produce(handle.get(), 0, RD_KAFKA_MSG_F_COPY, value.data(), value.size(),
                             nullptr, 0, nullptr),
            0);
  ASSERT_EQ(rd_kafka_flush(producer.get(), 10000), RD_KAFKA_RESP_ERR_NO_ERROR);
}

TEST_F(OutboxBrokerTest, RecordsOfAllTopicsAndTheOffsetAppearTogether) {
  SoloTask task(MakeOptions());
  const std::unique_ptr<KafkaOutbox> outbox = Fenced(task);
  const std::vector<OutRecord> records = {
      {.topic = OutTopic::kCommands, .key = "asset", .value = "c1"},
      {.topic = OutTopic::kCommands, .key = "asset", .value = "c2"},
      {.topic = OutTopic::kAlerts, .key = "", .value = "a1"},
      {.topic = OutTopic::kAudit, .key = "k", .value = "u1"},
      {.topic = OutTopic::kDeadLetter, .key = "k", .value = ""}};
  const Result<Committed> done = Commit(*outbox, records, 7);
  ASSERT_TRUE(done.ok()) << done.status().message();
  EXPECT_EQ(*done, Committed::kYes);
  EXPECT_EQ(Offset(), 7);
  EXPECT_EQ(Offset(1), -1);
  EXPECT_THAT(Values(OutTopic::kCommands), ElementsAre("c1", "c2"));
  EXPECT_THAT(Values(OutTopic::kAlerts), ElementsAre("a1"));
  EXPECT_THAT(Values(OutTopic::kAudit), ElementsAre("u1"));
  EXPECT_THAT(Values(OutTopic::kDeadLetter), ElementsAre(""));
  EXPECT_EQ(topics_->ReadAll(commands())[0].key, "asset");
}

TEST_F(OutboxBrokerTest, AnOffsetNeedsNoRecords) {
  SoloTask task(MakeOptions());
  const std::unique_ptr<KafkaOutbox> outbox = Fenced(task);
  for (const int64_t offset : {3, 3, 9}) {
    const Result<Committed> done = Commit(*outbox, {}, offset);
    ASSERT_TRUE(done.ok()) << done.status().message();
    EXPECT_EQ(*done, Committed::kYes);
    EXPECT_EQ(Offset(), offset);
  }
  const Result<Committed> done =
      outbox->Commit({}, std::vector<pipeline::NextOffset>{{id(0), 20}, {id(1), 21}, {id(2), 22}});
  ASSERT_TRUE(done.ok()) << done.status().message();
  EXPECT_EQ(topics_->Committed(name_, input(), 3), (std::vector<int64_t>{20, 21, 22}));
}

TEST_F(OutboxBrokerTest, OfTwoProducersWithOneIdTheOlderIsFencedAndWritesNothing) {
  SoloTask older(MakeOptions());
  SoloTask newer(MakeOptions());
  const std::unique_ptr<KafkaOutbox> first = Fenced(older);
  ASSERT_TRUE(Commit(*first, Command("first"), 1).ok());
  const std::unique_ptr<KafkaOutbox> second = Fenced(newer);
  const Result<Committed> refused = Commit(*first, Command("too late"), 2);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.status().code(), ErrorCode::kFenced);
  EXPECT_THAT(refused.status().message(), HasSubstr(name_ + "-0"));
  EXPECT_THAT(older.reports(), ElementsAre("fenced"));
  ASSERT_TRUE(Commit(*second, Command("second"), 2).ok());
  EXPECT_THAT(newer.reports(), IsEmpty());
  EXPECT_THAT(Values(OutTopic::kCommands), ElementsAre("first", "second"));
  EXPECT_EQ(Offset(), 2);
}

TEST_F(OutboxBrokerTest, ATransactionThatThePredecessorLeftOpenIsAborted) {
  SoloTask task(MakeOptions());
  const std::unique_ptr<Client> dead = task.MakeProducer(name_ + "-0");
  ASSERT_EQ(rd_kafka_begin_transaction(dead->get()), nullptr);
  Produce(*dead, commands(), "half");
  const std::unique_ptr<KafkaOutbox> outbox = Fenced(task);
  ASSERT_TRUE(Commit(*outbox, Command("whole"), 1).ok());
  EXPECT_THAT(Values(OutTopic::kCommands), ElementsAre("whole"));
  EXPECT_THAT(Values(OutTopic::kCommands, Isolation::kUncommitted),
              testing::UnorderedElementsAre("half", "whole"));
}

TEST_F(OutboxBrokerTest, TheLargestValueIsTakenAndALargerOneRefusedBeforeItIsSent) {
  SoloTask task(MakeOptions());
  const std::unique_ptr<KafkaOutbox> outbox = Fenced(task);
  const size_t most = outbox->MaxValueBytes(OutTopic::kCommands);
  EXPECT_GT(most, 1'000'000u);
  const std::vector<OutRecord> largest = {{.topic = OutTopic::kCommands,
                                           .key = std::string(4096, 'k'),
                                           .value = std::string(most, 'v')}};
  const Result<Committed> taken = Commit(*outbox, largest, 1);
  ASSERT_TRUE(taken.ok()) << taken.status().message();
  EXPECT_EQ(*taken, Committed::kYes);
  std::vector<OutRecord> larger = largest;
  larger[0].value += 'v';
  const Result<Committed> refused = Commit(*outbox, larger, 2);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.status().code(), ErrorCode::kInvalidArgument);
  EXPECT_THAT(refused.status().message(), HasSubstr("'" + commands() + "'"));
  EXPECT_EQ(Offset(), 1);
  // It is the record's fault, not the producer's.
  ASSERT_TRUE(Commit(*outbox, Command("small"), 2).ok());
  EXPECT_EQ(Offset(), 2);
}

TEST_F(OutboxBrokerTest, ARecordThatTheTopicRefusesEndsItInsteadOfBeingTriedForEver) {
  const std::string small = name_ + ".small.";
  for (const std::string topic : {"commands", "alerts", "audit", "dead-letter"}) {
    topics_->Create(small + topic, 1, {{"max.message.bytes", "1000"}});
  }
  Options options = MakeOptions();
  options.topic_prefix = small;
  options.properties["compression.type"] = "none";
  SoloTask task(options);
  const std::unique_ptr<KafkaOutbox> outbox = Fenced(task);
  const Result<Committed> refused = Commit(*outbox, Command(std::string(2000, 'v')), 1);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.status().code(), ErrorCode::kInvalidArgument);
  EXPECT_THAT(refused.status().message(), HasSubstr("'" + small + "commands'"));
  EXPECT_THAT(task.reports(), ElementsAre("failed: " + refused.status().message()));
  EXPECT_EQ(Offset(), -1);
}

TEST_F(OutboxBrokerTest, AMemberOfWhichTheGroupKnowsNothingIsFenced) {
  topics_->WriteNumbers(input(), 0, 0, 5);
  Options options = MakeOptions();
  options.partitions = 2;
  test::Member member(options);
  member.Join();
  ASSERT_TRUE(member.AwaitCopied(5));
  SoloTask task(options);
  const std::shared_ptr<test::FakeGroup> group = std::make_shared<test::FakeGroup>(
      rd_kafka_consumer_group_metadata_new_with_genid(name_.c_str(), 1, "nobody", nullptr));
  KafkaOutbox stranger(task.context(), group, name_ + "-0", id());
  ASSERT_TRUE(stranger.Fence(kPatience).ok());
  const Result<Committed> refused = Commit(stranger, Command("stranger"), 100);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.status().code(), ErrorCode::kFenced);
  EXPECT_EQ(group->fenced, 1);
  EXPECT_EQ(Offset(), 5);
  EXPECT_EQ(Values(OutTopic::kCommands).size(), 5u);
}

TEST_F(OutboxBrokerTest, ALostPartitionCommitsNothingMore) {
  SoloTask task(MakeOptions());
  const std::unique_ptr<KafkaOutbox> outbox = Fenced(task);
  ASSERT_TRUE(Commit(*outbox, Command("mine"), 1).ok());
  task.membership()->Revoke(true, std::chrono::steady_clock::now() + std::chrono::hours(1));
  EXPECT_EQ(Commit(*outbox, Command("lost"), 2).status().code(), ErrorCode::kFenced);
  EXPECT_EQ(Offset(), 1);
}

TEST_F(OutboxBrokerTest, AfterTheTimeOfARevocationNothingIsBegun) {
  SoloTask task(MakeOptions());
  const std::unique_ptr<KafkaOutbox> outbox = Fenced(task);
  const std::chrono::steady_clock::time_point now = std::chrono::steady_clock::now();
  task.membership()->Revoke(false, now + std::chrono::hours(1));
  ASSERT_TRUE(Commit(*outbox, Command("in time"), 1).ok());
  task.membership()->LimitTo(now);
  EXPECT_EQ(Commit(*outbox, Command("late"), 2).status().code(), ErrorCode::kCancelled);
  EXPECT_EQ(Offset(), 1);
}

TEST_F(OutboxBrokerTest, RefusedRightsAreAnOperatorsMatter) {
  Options options = MakeOptions();
  options.brokers = test::Broker::Get().sasl_address();
  options.properties["security.protocol"] = "SASL_PLAINTEXT";
  options.properties["sasl.mechanism"] = "PLAIN";
  options.properties["sasl.username"] = "stranger";
  options.secrets["sasl.password"] = "stranger-secret";
  SoloTask task(options);
  EXPECT_EQ(task.MakeOutbox(id(), name_ + "-0")->Fence(kPatience).code(), ErrorCode::kPermission);
  options.secrets["sasl.password"] = "wrong";
  SoloTask wrong(options);
  EXPECT_EQ(wrong.MakeOutbox(id(), name_ + "-0")->Fence(kPatience).code(), ErrorCode::kPermission);
}

TEST_F(OutboxBrokerTest, FencingGivesUpAfterItsPatienceWhileNoBrokerAnswers) {
  Options options = MakeOptions();
  options.brokers = fmt::format("127.0.0.1:{}", test::FreePorts(1));
  SoloTask task(options);
  const std::unique_ptr<KafkaOutbox> outbox = task.MakeOutbox(id(), name_ + "-0");
  const Status status = outbox->Fence(Duration(100));
  EXPECT_FALSE(status.ok());
  EXPECT_FALSE(IsPermanent(status)) << status.message();
  EXPECT_THAT(status.message(), HasSubstr(name_ + "-0: the transactional producer cannot start"));
}

}  // namespace
}  // namespace riposte::kafka
