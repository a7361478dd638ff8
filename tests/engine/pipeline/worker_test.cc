#include "engine/pipeline/worker.h"

#include <gtest/gtest.h>

#include "tests/engine/pipeline/worker_harness.h"

namespace riposte::pipeline {
namespace {

using test::kLongEnough;
using test::PoolHarness;
using test::ProcessEvent;

struct WorkerTest : testing::Test {
  Worker::OnTaskEnd Told() {
    return [this](const TaskEnd& end) { ended.set_value(end); };
  }
  SystemClock clock;
  memory::MemoryLog log;
  memory::MemoryControl control;
  test::CountingObserver observer;
  const guard::Chain guards = guard::StandardChain({});
  const Surroundings surroundings{.clock = &clock, .guards = &guards, .observer = &observer};
  RulesBox rules{LiveRules::Compile(test::RuleSetOf({test::RuleFor("evil")}), {"test"})};
  std::promise<TaskEnd> ended;
};

TEST_F(WorkerTest, ATaskThatEndsIsCommittedAndTold) {
  log.Append(PoolHarness::Id(0), "A1", ProcessEvent("e", "evil").Text(), clock.Now());
  log.Close();
  Worker worker({}, surroundings, control, rules, Told());
  worker.Assign(memory::Assign(log, PoolHarness::Id(0), "test"));
  const TaskEnd end = ended.get_future().get();
  EXPECT_TRUE(end.reason.ok());
  EXPECT_EQ(end.partitions, std::vector<PartitionId>{PoolHarness::Id(0)});
  EXPECT_EQ(log.CommittedOffset(PoolHarness::Id(0)), 1);
}

TEST_F(WorkerTest, RevokingWhatItDoesNotHaveIsDoneAtOnce) {
  Worker worker({}, surroundings, control, rules, Told());
  EXPECT_EQ(worker.Revoke({PoolHarness::Id(3)}, false).wait_for(kLongEnough),
            std::future_status::ready);
}

TEST_F(WorkerTest, TheLastTaskMayBeRevokedWhileAllIsIdle) {
  Worker worker({}, surroundings, control, rules, Told());
  for (int i = 0; i < 20; ++i) {
    worker.Assign(memory::Assign(log, PoolHarness::Id(0), "test"));
    log.Append(PoolHarness::Id(0), "A1", ProcessEvent("e", "evil").Text(), clock.Now());
    ASSERT_TRUE(log.WaitForCommit(PoolHarness::Id(0), i + 1, kLongEnough));
    EXPECT_EQ(worker.Revoke({PoolHarness::Id(0)}, false).wait_for(kLongEnough),
              std::future_status::ready);
  }
  EXPECT_EQ(log.Outputs(OutTopic::kAlerts).size(), 20u);
}

// A revocation is handled between two rounds, so after two of them the task had its turn.
void LetItRun(Worker& worker) {
  for (int i = 0; i < 2; ++i) worker.Revoke({PoolHarness::Id(3)}, false).wait();
}

TEST_F(WorkerTest, EventsWaitForTheControlRecordsWhereTheyMayOrder) {
  control.SetComplete(false);
  log.Append(PoolHarness::Id(0), "A1", ProcessEvent("e", "evil").Text(), clock.Now());
  Worker worker({.task = {}, .enforcement = {.enabled = true, .kill_file = {}}}, surroundings,
                control, rules, Told());
  worker.Assign(memory::Assign(log, PoolHarness::Id(0), "test"));
  LetItRun(worker);
  worker.Revoke({PoolHarness::Id(0)}, false).wait();
  EXPECT_TRUE(log.Outputs(OutTopic::kAudit).empty());

  worker.Assign(memory::Assign(log, PoolHarness::Id(0), "test"));
  control.SetComplete(true);
  EXPECT_TRUE(log.WaitForCommit(PoolHarness::Id(0), 1, kLongEnough));
}

TEST_F(WorkerTest, EventsDoNotWaitWhereNothingMayBeOrdered) {
  control.SetComplete(false);
  log.Append(PoolHarness::Id(0), "A1", ProcessEvent("e", "evil").Text(), clock.Now());
  Worker worker({}, surroundings, control, rules, Told());
  worker.Assign(memory::Assign(log, PoolHarness::Id(0), "test"));
  EXPECT_TRUE(log.WaitForCommit(PoolHarness::Id(0), 1, kLongEnough));
}

TEST_F(WorkerTest, EventsGoOnWithoutTheControlRecordsInTheEnd) {
  control.SetComplete(false);
  log.Append(PoolHarness::Id(0), "A1", ProcessEvent("e", "evil").Text(), clock.Now());
  Worker worker({.task = {},
                 .enforcement = {.enabled = true, .kill_file = {}},
                 .control_patience = Duration(1)},
                surroundings, control, rules, Told());
  worker.Assign(memory::Assign(log, PoolHarness::Id(0), "test"));
  EXPECT_TRUE(log.WaitForCommit(PoolHarness::Id(0), 1, kLongEnough));
}

TEST_F(WorkerTest, RulesBoxHandsOutTheLatest) {
  const LiveRulesPtr next = LiveRules::Compile(test::RuleSetOf({}), {"test"});
  rules.Replace(next);
  EXPECT_EQ(rules.Read(), next);
}

}  // namespace
}  // namespace riposte::pipeline
