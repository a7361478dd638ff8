#include "tests/simulation/outbox.h"

#include <gtest/gtest.h>

namespace riposte::sim {
namespace {

using pipeline::Committed;
using pipeline::OutRecord;
using pipeline::OutTopic;

const PartitionId kFirst{.topic = "in", .partition = 0};
const PartitionId kSecond{.topic = "in", .partition = 1};
const PartitionId kChangelog{.topic = "riposte.changelog", .partition = 3};

// One task of a group's only member.
class SimOutboxTest : public testing::Test, public Host {
 protected:
  void Begin(const Network::Faults& faults, uint64_t seed) {
    network = std::make_unique<Network>(clock, faults, Random(seed));
    broker = {.host = this, .network = network.get(), .kafka = &kafka, .clock = &clock};
    kafka.group().Join("member", clock.Now());
    membership->member = {.name = "member", .generation = 1};
    outbox = std::make_unique<SimOutbox>(
        broker, membership,
        SimOutbox::Options{
            .transactional_id = "task", .session = "session", .state_task = 3, .defects = {}},
        Random(seed), counters);
    ASSERT_TRUE(outbox->Fence(std::chrono::hours(1)).ok());
  }
  void Pass(Duration at_least) override {
    clock.Advance(std::max(at_least, Duration(1)));
    (void)kafka.group().Heartbeat(membership->member, clock.Now());
    network->Tick();
    kafka.Tick(clock.Now());
  }
  Result<Committed> Commit(const std::vector<OutRecord>& records, int64_t offset) {
    Result<Committed> done = outbox->Commit(
        records, std::vector<pipeline::NextOffset>{{kFirst, offset}, {kSecond, offset + 100}});
    while (!kafka.Quiet()) Pass(Duration(1));
    return done;
  }
  int64_t CommittedOf(const PartitionId& id) {
    Position position;
    EXPECT_EQ(kafka.group().Committed(id, position), KafkaError::kNone);
    return position.offset;
  }
  // Behind the last record of the changelog that a reader sees.
  int64_t BehindLast() {
    const PartitionLog& log = kafka.log(kChangelog);
    int64_t behind = 0;
    for (int64_t at = log.NextVisible(0); at >= 0; at = log.NextVisible(at + 1)) behind = at + 1;
    return behind;
  }

  SimClock clock{Time{}};
  KafkaModel kafka{KafkaModel::Options{}, {kFirst, kSecond}, Random(1), nullptr};
  std::unique_ptr<Network> network;
  Broker broker;
  std::shared_ptr<Membership> membership = std::make_shared<Membership>();
  SimOutbox::Counters counters;
  std::unique_ptr<SimOutbox> outbox;
};

OutRecord Change(std::string value) {
  return {.topic = OutTopic::kChangelog, .key = "k", .value = std::move(value), .partition = 3};
}

TEST_F(SimOutboxTest, WritesWhereItIsToldDeletesAndCommitsEveryOffset) {
  Begin({}, 1);
  EXPECT_EQ(outbox->ChangelogNext(), std::nullopt);
  OutRecord deletion = Change("");
  deletion.deletes = true;
  ASSERT_EQ(*Commit({Change("a"), Change(""), deletion}, 5), Committed::kYes);
  EXPECT_EQ(outbox->ChangelogNext(), 3);
  const PartitionLog& log = kafka.log(kChangelog);
  EXPECT_EQ(log.at(0).value, "a");
  EXPECT_EQ(log.at(1).value, "");
  EXPECT_EQ(log.at(2).value, std::nullopt);
  EXPECT_EQ(CommittedOf(kFirst), 5);
  EXPECT_EQ(CommittedOf(kSecond), 105);
  ASSERT_EQ(*Commit({Change("b")}, 6), Committed::kYes);
  EXPECT_EQ(outbox->ChangelogNext(), 5);  // a marker is between
  ASSERT_EQ(*Commit({}, 7), Committed::kYes);
  EXPECT_EQ(outbox->ChangelogNext(), std::nullopt);
}

TEST_F(SimOutboxTest, WhatItSaysOfTheChangelogIsTrueWhateverGetsLost) {
  Begin({.lost_request = 40, .lost_answer = 60, .refused_produce = 60}, 7);
  int known = 0, unknown = 0, aborted = 0;
  std::optional<int64_t> before;
  for (int64_t i = 0; i < 300; ++i) {
    const Result<Committed> done = Commit({Change("a"), Change("b")}, i);
    ASSERT_TRUE(done.ok()) << done.status().message();
    const std::optional<int64_t> next = outbox->ChangelogNext();
    if (*done == Committed::kAborted) {
      EXPECT_EQ(next, before);
      ++aborted;
    } else if (next) {
      EXPECT_EQ(*next, BehindLast());
      ++known;
    } else {
      ++unknown;
    }
    before = next;
  }
  EXPECT_GT(known, 100);
  EXPECT_GT(unknown, 5);
  EXPECT_GT(aborted, 5);
}

}  // namespace
}  // namespace riposte::sim
