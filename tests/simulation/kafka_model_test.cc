#include "tests/simulation/kafka_model.h"

#include <gtest/gtest.h>

namespace riposte::sim {
namespace {

const PartitionId kIn{.topic = "in", .partition = 0};
const PartitionId kOut{.topic = "out", .partition = 0};
constexpr std::string_view kId = "task";

class Listener final : public CommitListener {
 public:
  void OnCommitted(const CommittedTransaction& transaction) override { last = transaction; }
  CommittedTransaction last;
};

class KafkaModelTest : public testing::Test {
 protected:
  KafkaModelTest() {
    kafka.group().Join("member", now);
    producer = Init();
  }
  void Advance(int64_t ms) {
    now += Duration(ms);
    (void)kafka.group().Heartbeat(member, now);
    kafka.Tick(now);
  }
  ProducerId Init() {
    ProducerId answer;
    while (kafka.InitProducerId(std::string(kId), answer) != KafkaError::kNone) Advance(1);
    return answer;
  }
  // One transaction up to, but without, its end.
  KafkaError Fill(const ProducerId& by, const std::string& value, int64_t offset) {
    const std::string id(kId);
    KafkaError error = kafka.AddPartitions(id, by, {kOut});
    if (error == KafkaError::kNone)
      error = kafka.Produce(id, by, kOut, sequence, {{.key = "k", .value = value}});
    if (error == KafkaError::kNone) {
      ++sequence;
      error = kafka.AddOffsets(id, by);
    }
    if (error == KafkaError::kNone)
      error = kafka.TxnOffsetCommit(id, by, member, {{kIn, {.offset = offset, .metadata = value}}});
    return error;
  }
  KafkaError End(const ProducerId& by, bool commit) {
    return kafka.EndTxn(std::string(kId), by, commit);
  }
  // "a b": the values that a read_committed reader sees.
  std::string Seen() {
    std::string seen;
    const PartitionLog& log = kafka.log(kOut);
    for (int64_t offset = log.NextVisible(0); offset >= 0; offset = log.NextVisible(offset + 1))
      seen += (seen.empty() ? "" : " ") + *log.at(offset).value;
    return seen;
  }
  int64_t Committed() {
    Position position;
    return kafka.group().Committed(kIn, position) == KafkaError::kNone ? position.offset : -2;
  }

  Listener listener;
  KafkaModel kafka{{.transaction_timeout = Duration(1000),
                    .marker_delay_max = Duration(20),
                    .group = {.session = Duration(5000), .rebalance = Duration(300)}},
                   {kIn},
                   Random(1),
                   &listener};
  Time now{};
  MemberId member{.name = "member", .generation = 1};
  ProducerId producer;
  int32_t sequence = 0;
};

TEST_F(KafkaModelTest, ATransactionIsSeenAsAWholeOnceItsMarkersAreThere) {
  ASSERT_EQ(Fill(producer, "a", 5), KafkaError::kNone);
  EXPECT_EQ(Seen(), "");
  EXPECT_EQ(Committed(), -2);  // open: not stable
  ASSERT_EQ(End(producer, true), KafkaError::kNone);
  EXPECT_EQ(Seen(), "");
  Advance(20);
  EXPECT_EQ(Seen(), "a");
  EXPECT_EQ(Committed(), 5);
  EXPECT_EQ(listener.last.records.size(), 1u);
  EXPECT_EQ(listener.last.offsets.at(kIn).to.offset, 5);
}

TEST_F(KafkaModelTest, NothingOfAnAbortedTransactionIsSeen) {
  ASSERT_EQ(Fill(producer, "a", 5), KafkaError::kNone);
  ASSERT_EQ(End(producer, false), KafkaError::kNone);
  Advance(20);
  EXPECT_EQ(Seen(), "");
  EXPECT_EQ(Committed(), -1);
  EXPECT_EQ(kafka.counters().aborted_records, 1u);
  EXPECT_TRUE(kafka.Quiet());
}

TEST_F(KafkaModelTest, ASuccessorFencesAndAborts) {
  ASSERT_EQ(Fill(producer, "a", 5), KafkaError::kNone);
  ProducerId successor;
  EXPECT_EQ(kafka.InitProducerId(std::string(kId), successor), KafkaError::kConcurrentTransactions);
  EXPECT_EQ(End(producer, true), KafkaError::kFenced);
  Advance(20);
  successor = Init();
  EXPECT_GT(successor.epoch, producer.epoch);
  EXPECT_EQ(Fill(producer, "b", 6), KafkaError::kFenced);
  sequence = 0;
  ASSERT_EQ(Fill(successor, "c", 7), KafkaError::kNone);
  ASSERT_EQ(End(successor, true), KafkaError::kNone);
  Advance(20);
  EXPECT_EQ(Seen(), "c");
  EXPECT_EQ(Committed(), 7);
}

// Transactions V1: nothing but the epoch tells one transaction of a producer from the next.
TEST_F(KafkaModelTest, ALateEndEndsTheNextTransactionOfItsEpoch) {
  ASSERT_EQ(Fill(producer, "a", 5), KafkaError::kNone);
  ASSERT_EQ(End(producer, true), KafkaError::kNone);
  Advance(20);
  ASSERT_EQ(kafka.AddPartitions(std::string(kId), producer, {kOut}), KafkaError::kNone);
  ASSERT_EQ(kafka.Produce(std::string(kId), producer, kOut, sequence, {{"k", "b"}}),
            KafkaError::kNone);
  ASSERT_EQ(End(producer, true), KafkaError::kNone);  // the first one, sent a second time
  Advance(20);
  EXPECT_EQ(Seen(), "a b");
  EXPECT_EQ(Committed(), 5);  // without the offset of "b"
  producer = Init();
  EXPECT_EQ(End({.id = producer.id, .epoch = producer.epoch - 1}, true), KafkaError::kFenced);
}

TEST_F(KafkaModelTest, AnEndMayBeRepeatedButNotChanged) {
  ASSERT_EQ(Fill(producer, "a", 5), KafkaError::kNone);
  ASSERT_EQ(End(producer, true), KafkaError::kNone);
  EXPECT_EQ(End(producer, true), KafkaError::kConcurrentTransactions);
  EXPECT_EQ(End(producer, false), KafkaError::kInvalidTxnState);
  Advance(20);
  EXPECT_EQ(End(producer, true), KafkaError::kNone);
  EXPECT_EQ(End(producer, false), KafkaError::kInvalidTxnState);
}

TEST_F(KafkaModelTest, AnOldTransactionIsAbortedAndItsProducerFenced) {
  ASSERT_EQ(Fill(producer, "a", 5), KafkaError::kNone);
  Advance(1000);
  EXPECT_EQ(kafka.counters().timeouts, 0u);
  Advance(1);
  EXPECT_EQ(kafka.counters().timeouts, 1u);
  EXPECT_EQ(End(producer, true), KafkaError::kFenced);
  Advance(20);
  EXPECT_EQ(Seen(), "");
  EXPECT_EQ(kafka.log(kOut).last_stable(), kafka.log(kOut).end());
}

TEST_F(KafkaModelTest, ARepeatedRecordIsTakenOnce) {
  ASSERT_EQ(Fill(producer, "a", 5), KafkaError::kNone);
  EXPECT_EQ(kafka.Produce(std::string(kId), producer, kOut, 0, {{"k", "a"}}), KafkaError::kNone);
  EXPECT_EQ(kafka.Produce(std::string(kId), producer, kOut, 2, {{"k", "c"}}),
            KafkaError::kOutOfOrder);
  ASSERT_EQ(End(producer, true), KafkaError::kNone);
  Advance(20);
  EXPECT_EQ(Seen(), "a");
}

TEST_F(KafkaModelTest, ADeletionIsARecordWithoutAValue) {
  const std::string id(kId);
  ASSERT_EQ(kafka.AddPartitions(id, producer, {kOut}), KafkaError::kNone);
  ASSERT_EQ(kafka.Produce(id, producer, kOut, 0, {{.key = "k", .value = std::nullopt}}),
            KafkaError::kNone);
  ASSERT_EQ(End(producer, true), KafkaError::kNone);
  Advance(20);
  ASSERT_EQ(kafka.log(kOut).NextVisible(0), 0);
  EXPECT_FALSE(kafka.log(kOut).at(0).value);
}

TEST_F(KafkaModelTest, WhereRecordsStandIsToldOnce) {
  const std::string id(kId);
  int64_t next = 0;
  ASSERT_EQ(kafka.AddPartitions(id, producer, {kOut}), KafkaError::kNone);
  ASSERT_EQ(kafka.Produce(id, producer, kOut, 0, {{"k", "a"}, {"k", "b"}}, &next),
            KafkaError::kNone);
  EXPECT_EQ(next, 2);
  ASSERT_EQ(kafka.Produce(id, producer, kOut, 0, {{"k", "a"}, {"k", "b"}}, &next),
            KafkaError::kNone);
  EXPECT_EQ(next, -1);
}

TEST_F(KafkaModelTest, ATransactionCommitsTheOffsetsOfSeveralPartitions) {
  const PartitionId other{.topic = "in", .partition = 1};
  ASSERT_EQ(kafka.AddOffsets(std::string(kId), producer), KafkaError::kNone);
  ASSERT_EQ(kafka.TxnOffsetCommit(
                std::string(kId), producer, member,
                {{kIn, {.offset = 3, .metadata = {}}}, {other, {.offset = 4, .metadata = {}}}}),
            KafkaError::kNone);
  ASSERT_EQ(End(producer, true), KafkaError::kNone);
  Advance(20);
  EXPECT_EQ(Committed(), 3);
  EXPECT_EQ(listener.last.offsets.at(other).to.offset, 4);
}

TEST_F(KafkaModelTest, ARecordWithoutAnOpenTransactionIsRefused) {
  EXPECT_EQ(kafka.Produce(std::string(kId), producer, kOut, 0, {{"k", "a"}}),
            KafkaError::kInvalidTxnState);
  EXPECT_EQ(kafka.TxnOffsetCommit(std::string(kId), producer, member, {}),
            KafkaError::kInvalidTxnState);
}

TEST_F(KafkaModelTest, OffsetsOfAnEarlierGenerationAreRefused) {
  kafka.group().Join("member", now);
  ASSERT_EQ(kafka.group().generation(), 2);
  EXPECT_EQ(Fill(producer, "a", 5), KafkaError::kIllegalGeneration);
  EXPECT_EQ(kafka.counters().stale_members, 1u);
  member.generation = 2;
  EXPECT_EQ(Fill(producer, "b", 5), KafkaError::kNone);
}

}  // namespace
}  // namespace riposte::sim
