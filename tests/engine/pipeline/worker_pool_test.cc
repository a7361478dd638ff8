#include "engine/pipeline/worker_pool.h"

#include <future>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "engine/guard/enforcement.h"
#include "tests/engine/pipeline/worker_harness.h"

namespace riposte::pipeline {
namespace {

using rule::AutoMode;
using test::kLongEnough;
using test::PoolHarness;
using test::ProcessEvent;

TEST(WorkerPoolTest, WorksOnAllPartitionsUntilTheyEnd) {
  PoolHarness harness({test::RuleFor("evil")});
  harness.Begin();
  for (int partition = 0; partition < 5; ++partition)
    for (int i = 0; i < 100; ++i) harness.Append(partition, ProcessEvent("e", "evil"));
  harness.log.Close();
  memory::MemoryConnector connector(harness.log, {.profiles = {{"edr", "test"}}});
  ASSERT_TRUE(connector.Start(*harness.pool).ok());
  ASSERT_TRUE(harness.pool->WaitUntilIdle(kLongEnough));
  EXPECT_TRUE(connector.Finished());
  EXPECT_EQ(harness.log.Outputs(OutTopic::kAlerts).size(), 500u);
  EXPECT_EQ(harness.observer.consumed(), 500u);
  EXPECT_EQ(harness.pool->task_count(), 0u);
  EXPECT_TRUE(harness.pool->Health().ok());
}

TEST(WorkerPoolTest, ARevocationCommitsWhatIsOpen) {
  PoolHarness harness({test::RuleFor("evil")});
  harness.options.worker.task.commit_interval = std::chrono::hours(1);
  harness.options.worker.task.commit_interval_backlog = std::chrono::hours(1);
  harness.Begin();
  for (int i = 0; i < 50; ++i) harness.Append(0, ProcessEvent("e", "evil"));
  memory::MemoryConnector connector(harness.log, {.profiles = {{"edr", "test"}}});
  ASSERT_TRUE(connector.Start(*harness.pool).ok());
  EXPECT_EQ(harness.pool->task_count(), 1u);
  connector.Stop(kLongEnough);
  // However many records it had polled by then: they are committed, with their alerts.
  const int64_t committed = harness.log.CommittedOffset(PoolHarness::Id(0));
  EXPECT_EQ(harness.log.Outputs(OutTopic::kAlerts).size(), static_cast<size_t>(committed));
  EXPECT_EQ(harness.pool->task_count(), 0u);

  memory::MemoryConnector again(harness.log, {.profiles = {{"edr", "test"}}});
  harness.log.Close();
  ASSERT_TRUE(again.Start(*harness.pool).ok());
  ASSERT_TRUE(harness.pool->WaitUntilIdle(kLongEnough));
  EXPECT_EQ(harness.log.Outputs(OutTopic::kAlerts).size(), 50u);
}

TEST(WorkerPoolTest, LostPartitionsAreAbandoned) {
  PoolHarness harness({test::RuleFor("evil")});
  harness.options.worker.task.commit_interval = std::chrono::hours(1);
  harness.options.worker.task.commit_interval_backlog = std::chrono::hours(1);
  harness.Begin();
  harness.Append(0, ProcessEvent("e", "evil"));
  harness.Assign({0});
  harness.pool->OnRevoked({PoolHarness::Id(0)}, true);
  EXPECT_EQ(harness.log.commit_count(), 0u);
}

TEST(WorkerPoolTest, NewRulesReachTheWorkersWhileTheyWork) {
  PoolHarness harness({test::RuleFor("one")});
  harness.Begin();
  harness.Assign({0});
  harness.Append(0, ProcessEvent("e1", "one"));
  ASSERT_TRUE(harness.log.WaitForCommit(PoolHarness::Id(0), 1, kLongEnough));
  harness.pool->Publish(LiveRules::Compile(test::RuleSetOf({test::RuleFor("two")}), {"test"}));
  // A batch that began before goes on with the rules that it began with.
  int64_t appended = 1;
  for (int i = 0; i < 1000 && harness.log.Outputs(OutTopic::kAlerts).size() < 2; ++i) {
    harness.Append(0, ProcessEvent("e2", "two"));
    ASSERT_TRUE(harness.log.WaitForCommit(PoolHarness::Id(0), ++appended, kLongEnough));
  }
  EXPECT_EQ(harness.log.Outputs(OutTopic::kAlerts).size(), 2u);
}

// Freeing a large set takes longer than an event may wait.
TEST(WorkerPoolTest, ASetThatIsNoLongerUsedIsFreedByNoWorker) {
  PoolHarness harness({test::RuleFor("one")});
  harness.options.arming_check = Duration(1);
  harness.Begin();
  harness.Assign({0});
  std::promise<std::thread::id> freed_by;
  harness.pool->Publish(
      LiveRulesPtr(new LiveRules(*harness.pool->live()), [&freed_by](const LiveRules* live) {
        delete live;
        freed_by.set_value(std::this_thread::get_id());
      }));
  harness.Append(0, ProcessEvent("e1", "one"));
  ASSERT_TRUE(harness.log.WaitForCommit(PoolHarness::Id(0), 1, kLongEnough));
  harness.pool->Publish(LiveRules::Compile(test::RuleSetOf({test::RuleFor("two")}), {"test"}));
  std::future<std::thread::id> freed = freed_by.get_future();
  ASSERT_EQ(freed.wait_for(kLongEnough), std::future_status::ready);
  EXPECT_NE(freed.get(), harness.observer.worker());
}

TEST(WorkerPoolTest, RulesAreArmedByTheirRecords) {
  PoolHarness harness({test::KillRule("evil", AutoMode::kEnforce)});
  harness.options.worker.enforcement.enabled = true;
  harness.options.arming_period = Duration(0);
  harness.options.arming_check = Duration(1);
  harness.Begin();
  harness.Assign({0});
  int64_t appended = 0;
  // The record is written and read back at its own time.
  for (int i = 0; i < 1000 && harness.log.Outputs(OutTopic::kCommands).empty(); ++i) {
    harness.Append(0, ProcessEvent("e" + std::to_string(i), "evil"));
    ASSERT_TRUE(harness.log.WaitForCommit(PoolHarness::Id(0), ++appended, kLongEnough));
  }
  EXPECT_FALSE(harness.log.Outputs(OutTopic::kCommands).empty());

  // And the kill switch disarms them all.
  ASSERT_TRUE(
      harness.control.Write(guard::EnforcementRecord(false, "ann", "stop", harness.clock.Now()))
          .ok());
  harness.Append(0, ProcessEvent("last but one", "evil"));
  ASSERT_TRUE(harness.log.WaitForCommit(PoolHarness::Id(0), ++appended, kLongEnough));
  const size_t ordered = harness.log.Outputs(OutTopic::kCommands).size();
  harness.Append(0, ProcessEvent("last", "evil"));
  ASSERT_TRUE(harness.log.WaitForCommit(PoolHarness::Id(0), ++appended, kLongEnough));
  EXPECT_EQ(harness.log.Outputs(OutTopic::kCommands).size(), ordered);
}

TEST(WorkerPoolTest, AStoppedTaskShowsInTheHealthUntilThePartitionIsGone) {
  PoolHarness harness({test::RuleFor("evil")});
  harness.Begin();
  harness.log.PlanFaults({memory::Fault::kBrokerGone});
  harness.Append(0, ProcessEvent("e", "evil"));
  harness.Assign({0});
  ASSERT_TRUE(harness.pool->WaitUntilIdle(kLongEnough));
  const Status health = harness.pool->Health();
  EXPECT_EQ(health.code(), ErrorCode::kUnavailable);
  EXPECT_EQ(health.message(), "edr-0 is not worked on: no broker answers");
  EXPECT_EQ(harness.observer.stopped(), 1u);
  harness.pool->OnRevoked({PoolHarness::Id(0)}, false);
  EXPECT_TRUE(harness.pool->Health().ok());
}

TEST(WorkerPoolTest, AFencedTaskIsAnothersAffair) {
  PoolHarness harness({test::RuleFor("evil")});
  harness.Begin();
  harness.log.PlanFaults({memory::Fault::kFenced});
  harness.Append(0, ProcessEvent("e", "evil"));
  harness.Assign({0});
  ASSERT_TRUE(harness.pool->WaitUntilIdle(kLongEnough));
  EXPECT_TRUE(harness.pool->Health().ok());
  EXPECT_EQ(harness.observer.stopped(), 1u);
}

TEST(WorkerPoolTest, TheFirstFailureOfTheConnectorIsToldOnce) {
  PoolHarness harness({});
  std::vector<std::string> told;
  harness.options.on_failed = [&told](const Status& status) { told.push_back(status.message()); };
  harness.Begin();
  harness.pool->OnFailed(Status(ErrorCode::kPermission, "refused"));
  harness.pool->OnFailed(Status(ErrorCode::kFenced, "later"));
  EXPECT_EQ(told, std::vector<std::string>{"refused"});
  EXPECT_EQ(harness.pool->Health().code(), ErrorCode::kPermission);
}

TEST(WorkerPoolTest, ArmingStaysDueWhenTheWriteFails) {
  class Refusing final : public Control {
   public:
    std::shared_ptr<const Snapshot> Read() const override {
      std::shared_ptr<Snapshot> snapshot = std::make_shared<Snapshot>();
      snapshot->complete = true;
      return snapshot;
    }
    Status Write(const ControlRecord&) override {
      ++attempts;
      return attempts == 1 ? Status(ErrorCode::kUnavailable, "no broker") : Status::Ok();
    }
    void EndWithin(Duration) override {}
    int attempts = 0;
  };
  Refusing control;
  guard::ArmingWriter writer(Duration(1));
  const rule::RuleSetPtr rules = test::RuleSetOf({test::KillRule("evil", AutoMode::kEnforce)});
  EXPECT_FALSE(WriteArming(writer, control, rules, Time{}).ok());
  EXPECT_TRUE(WriteArming(writer, control, rules, Time{}).ok());
  EXPECT_TRUE(WriteArming(writer, control, rules, Time{}).ok());
  EXPECT_EQ(control.attempts, 2);
}

// Partitions that come and go while records arrive: nothing is lost, nothing twice.
TEST(WorkerPoolTest, RebalancesLoseAndRepeatNothing) {
  PoolHarness harness({test::RuleFor("evil")});
  harness.options.worker.task.commit_interval = Duration(1);
  harness.options.worker.task.batch_records_max = 10;
  harness.Begin();
  constexpr int kPartitions = 3, kRecords = 200;
  std::thread producer([&harness] {
    for (int i = 0; i < kRecords; ++i)
      for (int partition = 0; partition < kPartitions; ++partition)
        harness.Append(partition, ProcessEvent("e" + std::to_string(i), "evil")
                                      .With("asset", "A" + std::to_string(partition)));
  });
  for (int round = 0; round < 30; ++round) {
    const bool lost = round % 3 == 0;
    harness.Assign({0, 1, 2});
    harness.pool->Publish(LiveRules::Compile(test::RuleSetOf({test::RuleFor("evil")}), {"test"}));
    harness.pool->OnRevoked({PoolHarness::Id(0), PoolHarness::Id(1), PoolHarness::Id(2)}, lost);
  }
  producer.join();
  harness.log.Close();
  harness.Assign({0, 1, 2});
  ASSERT_TRUE(harness.pool->WaitUntilIdle(kLongEnough));
  std::set<std::string> firings;
  const std::vector<OutRecord> alerts = harness.log.Outputs(OutTopic::kAlerts);
  for (const OutRecord& alert : alerts) firings.insert(alert.value.substr(0, 60));
  EXPECT_EQ(alerts.size(), static_cast<size_t>(kPartitions * kRecords));
  EXPECT_EQ(firings.size(), alerts.size());
}

}  // namespace
}  // namespace riposte::pipeline
