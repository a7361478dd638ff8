#include "engine/pipeline/transaction.h"

#include <gtest/gtest.h>

#include "tests/engine/pipeline/task_harness.h"

namespace riposte::pipeline {
namespace {

const PartitionId kPartition{.topic = "edr", .partition = 0};

Action Refused() {
  Action action;
  action.proposal.action = remediate::Action::kKillProcess;
  action.proposal.refusal = remediate::Refusal::kRegistryEvent;
  return action;
}

TEST(TransactionTest, SealsWithTheCountsBehindTheOutputs) {
  Transaction open;
  EXPECT_TRUE(open.empty());
  open.Consume(0, 5, TimeFromMs(1));
  open.Count(Fate::kUnmatched);
  open.Consume(0, 9, TimeFromMs(2));
  open.Count(Fate::kEmpty);
  open.Put({.topic = OutTopic::kAlerts, .key = "k", .value = "vv"});
  EXPECT_EQ(open.output_bytes(), 3u);
  EXPECT_EQ(open.opened_at(), TimeFromMs(1));
  EXPECT_EQ(open.NextOffset(0), 10);
  const std::vector<OutRecord>& outputs = open.Seal({&kPartition, 1}, nullptr, {}, TimeFromMs(3));
  ASSERT_EQ(outputs.size(), 2u);
  EXPECT_EQ(outputs[1].topic, OutTopic::kAudit);
  EXPECT_NE(outputs[1].value.find(R"("first_offset":5,"last_offset":9,"consumed":2)"),
            std::string::npos);
  open.Clear();
  EXPECT_TRUE(open.empty());
  EXPECT_EQ(open.output_bytes(), 0u);
}

TEST(TransactionTest, WithoutRecordsItIsBegunByWhoHasSomethingToCommit) {
  Transaction open;
  open.Begin(TimeFromMs(4));
  open.Begin(TimeFromMs(5));
  EXPECT_FALSE(open.empty());
  EXPECT_EQ(open.opened_at(), TimeFromMs(4));
  EXPECT_EQ(open.NextOffset(0), std::nullopt);
  EXPECT_TRUE(open.Seal({&kPartition, 1}, nullptr, {}, TimeFromMs(6)).empty());
  open.Clear();
  EXPECT_TRUE(open.empty());
}

TEST(TransactionDeathTest, ARecordThatIsNotAccountedForIsABug) {
  Transaction open;
  open.Consume(0, 0, Time{});
  EXPECT_DEATH(open.Seal({&kPartition, 1}, nullptr, {}, Time{}), "accounted for");
}

TEST(TransactionTest, TellsWhatItHeldAndForgetsIt) {
  const rule::RuleSetPtr rules = test::RuleSetOf({test::RuleFor("a"), test::RuleFor("b")});
  test::RecordingObserver observer;
  Transaction open;
  for (int round = 0; round < 2; ++round) {
    open.Consume(0, round, Time{});
    open.Count(Fate::kMatched);
    open.CountMatch(1);
    open.AddAction(Refused());
    open.AddAction(Refused());
    match::Costs costs;
    costs.evaluations = {0, 3};
    costs.rule_ns = {0, 500};
    costs.find_ns = 70;
    costs.plain_events = 2;
    open.Seal({&kPartition, 1}, rules, costs, Time{});
    SourceCount source{.partition = &kPartition, .lag = 7};
    open.Tell({&source, 1}, Time{}, observer);
    EXPECT_EQ(source.consumed, 1u);
    open.Clear();
  }
  ASSERT_EQ(observer.commits.size(), 2u);
  for (const test::RecordingObserver::Commit& commit : observer.commits) {
    EXPECT_EQ(commit.counts.consumed, 1u);
    EXPECT_EQ(commit.counts.find_ns, 70u);
    EXPECT_EQ(commit.counts.plain_events, 2u);
    EXPECT_EQ(commit.matches, (std::vector<std::pair<std::string, uint64_t>>{{"Rule for b", 1}}));
    EXPECT_EQ(commit.rule_ns, (std::vector<uint64_t>{500}));
    EXPECT_EQ(commit.commands, std::vector<std::string>{"kill_process refused 2"});
    EXPECT_TRUE(commit.decisions.empty());
  }
}

}  // namespace
}  // namespace riposte::pipeline
