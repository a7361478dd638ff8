// One transactional producer against a real broker. What it does after each single error is shown
// on the mock (outbox_test.cc).
#include <chrono>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/kafka/changelog.h"
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
    for (const std::string& topic : OutTopics(MakeOptions())) {
      const bool compacted = topic == name_ + ".changelog";
      topics_->Create(topic, 2, {{"cleanup.policy", compacted ? "compact" : "delete"}});
    }
  }

  pipeline::PartitionId id(int32_t partition = 0) const { return {input(), partition}; }

  std::unique_ptr<KafkaOutbox> Fenced(SoloTask& task) {
    std::unique_ptr<KafkaOutbox> outbox = task.MakeOutbox(name_ + "-0");
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

void Produce(const Client& producer, const std::string& topic, std::string value,
             int32_t partition = 0) {
  const TopicPtr handle(rd_kafka_topic_new(producer.get(), topic.c_str(), nullptr));
  ASSERT_EQ(rd_kafka_produce(handle.get(), partition, RD_KAFKA_MSG_F_COPY, value.data(),
                             value.size(), "key", 3, nullptr),
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
  for (const std::string topic :
       {"commands", "alerts", "audit", "dead-letter", "changelog", "shuffle"}) {
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

// A member whose broker does not answer for a while from the moment on at which the offsets of a
// transaction are sent.
class PausingGroup final : public GroupView {
 public:
  explicit PausingGroup(std::shared_ptr<Membership> membership)
      : membership_(std::move(membership)) {}
  ~PausingGroup() override {
    if (resume_.joinable()) resume_.join();
  }
  Result<Position> Committed(const pipeline::PartitionId& id, Duration timeout) override {
    return membership_->Committed(id, timeout);
  }
  rd_kafka_resp_err_t CommitOffsets(std::span<const pipeline::NextOffset>, Duration) override {
    return RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED;
  }
  const rd_kafka_consumer_group_metadata_t* metadata() const override {
    if (!resume_.joinable()) {
      test::Broker::Get().Pause();
      resume_ = std::thread([] {
        std::this_thread::sleep_for(std::chrono::milliseconds(2500));
        test::Broker::Get().Resume();
      });
    }
    return membership_->metadata();
  }
  bool Lost() const override { return false; }
  bool GivenUp() const override { return false; }
  void ReportFenced() override { membership_->ReportFenced(); }
  void ReportFailure(const Status& status) override { membership_->ReportFailure(status); }
  void CountIn() override {}
  void CountOut() override {}

 private:
  const std::shared_ptr<Membership> membership_;
  mutable std::thread resume_;  // the outbox's thread only
};

OutRecord Change(std::string key, std::string value) {
  return {.topic = OutTopic::kChangelog,
          .key = std::move(key),
          .value = std::move(value),
          .partition = 1};
}

TEST_F(OutboxBrokerTest, WhatStandsInTheChangelogIsReadBackFromWhereItsOffsetsSay) {
  SoloTask task(MakeOptions());
  // What a predecessor left open takes offsets, too.
  const std::unique_ptr<Client> dead = task.MakeProducer(name_ + "-0");
  ASSERT_EQ(rd_kafka_begin_transaction(dead->get()), nullptr);
  Produce(*dead, name_ + ".changelog", "half", 1);
  const std::unique_ptr<KafkaOutbox> outbox = Fenced(task);
  ASSERT_TRUE(Commit(*outbox, {Change("a", "1"), Change("b", "")}, 1).ok());
  // The half record, the marker of its abort, two records; then a marker.
  EXPECT_EQ(outbox->ChangelogNext(), 4);
  OutRecord deletion = Change("a", "");
  deletion.deletes = true;
  const OutRecord shuffled{
      .topic = OutTopic::kShuffle, .key = "group", .value = "found", .partition = 0};
  ASSERT_TRUE(Commit(*outbox, {deletion, shuffled}, 2).ok());
  EXPECT_EQ(outbox->ChangelogNext(), 6);
  ASSERT_TRUE(Commit(*outbox, Command("c"), 3).ok());
  EXPECT_EQ(outbox->ChangelogNext(), std::nullopt);

  KafkaChangelog changelog(*task.context().settings, {.topic = name_ + ".changelog",
                                                      .partition = 1,
                                                      .delete_retention = {},
                                                      .patience = kPatience,
                                                      .log = {}});
  const Result<state::Changelog::Extent> extent = changelog.Measure();
  ASSERT_TRUE(extent.ok()) << extent.status().message();
  EXPECT_EQ(extent->end, 7);
  std::vector<std::string> read;
  const auto each = [&](int64_t offset, std::string_view key,
                        std::optional<std::string_view> value) {
    read.push_back(fmt::format("{}:{}={}", offset, key, value.value_or("(deleted)")));
    return Status::Ok();
  };
  ASSERT_TRUE(changelog.Read(0, extent->end, each).ok());
  EXPECT_THAT(read, ElementsAre("2:a=1", "3:b=", "5:a=(deleted)"));
  read.clear();
  ASSERT_TRUE(changelog.Read(4, extent->end, each).ok());
  EXPECT_THAT(read, ElementsAre("5:a=(deleted)"));
  EXPECT_THAT(Values(OutTopic::kShuffle), ElementsAre("found"));
  EXPECT_EQ(topics_->ReadAll(name_ + ".shuffle")[0].partition, 0);
}

TEST_F(OutboxBrokerTest, AfterAnUncertainOutcomeTheChangelogsOffsetIsNotKnown) {
  SoloTask task(MakeOptions());
  KafkaOutbox outbox(task.context(), std::make_shared<PausingGroup>(task.membership()),
                     name_ + "-0");
  ASSERT_TRUE(outbox.Fence(kPatience).ok());
  const Result<Committed> done = Commit(outbox, {Change("a", "1")}, 1);
  ASSERT_TRUE(done.ok()) << done.status().message();
  EXPECT_EQ(*done, Committed::kYes) << "settled by the committed offset";
  EXPECT_EQ(outbox.ChangelogNext(), std::nullopt);
  EXPECT_THAT(Values(OutTopic::kChangelog), ElementsAre("1"));
  // The next one is sure again.
  ASSERT_TRUE(Commit(outbox, {Change("a", "2")}, 2).ok());
  EXPECT_EQ(outbox.ChangelogNext(), 3);
}

TEST_F(OutboxBrokerTest, AnyPartitionOfTheTaskTellsWhatBecameOfATransaction) {
  SoloTask task(MakeOptions());
  KafkaOutbox outbox(task.context(), std::make_shared<PausingGroup>(task.membership()),
                     name_ + "-0");
  ASSERT_TRUE(outbox.Fence(kPatience).ok());
  const Result<Committed> done =
      outbox.Commit(Command("c"), std::vector<pipeline::NextOffset>{{id(2), 5}, {id(0), 3}});
  ASSERT_TRUE(done.ok()) << done.status().message();
  EXPECT_EQ(*done, Committed::kYes);
  EXPECT_EQ(topics_->Committed(name_, input(), 3), (std::vector<int64_t>{3, -1, 5}));
  EXPECT_THAT(Values(OutTopic::kCommands), ElementsAre("c"));
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
  KafkaOutbox stranger(task.context(), group, name_ + "-0");
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
  EXPECT_EQ(task.MakeOutbox(name_ + "-0")->Fence(kPatience).code(), ErrorCode::kPermission);
  options.secrets["sasl.password"] = "wrong";
  SoloTask wrong(options);
  EXPECT_EQ(wrong.MakeOutbox(name_ + "-0")->Fence(kPatience).code(), ErrorCode::kPermission);
}

TEST_F(OutboxBrokerTest, FencingGivesUpAfterItsPatienceWhileNoBrokerAnswers) {
  Options options = MakeOptions();
  options.brokers = fmt::format("127.0.0.1:{}", test::FreePorts(1));
  SoloTask task(options);
  const std::unique_ptr<KafkaOutbox> outbox = task.MakeOutbox(name_ + "-0");
  const Status status = outbox->Fence(Duration(100));
  EXPECT_FALSE(status.ok());
  EXPECT_FALSE(IsPermanent(status)) << status.message();
  EXPECT_THAT(status.message(), HasSubstr(name_ + "-0: the transactional producer cannot start"));
}

}  // namespace
}  // namespace riposte::kafka
