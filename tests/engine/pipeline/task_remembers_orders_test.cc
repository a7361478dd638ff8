// A state task that remembers what it ordered, through transactions, aborts, new owners and
// reloads.
#include <algorithm>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/pipeline/task.h"
#include "engine/state/state_key.h"
#include "tests/engine/pipeline/held_committer.h"
#include "tests/engine/pipeline/kept_stores.h"
#include "tests/engine/pipeline/random_faults.h"
#include "tests/engine/pipeline/task_harness.h"
#include "tests/support/environment.h"

namespace riposte::pipeline {
namespace {

using memory::Fault;
using rule::AutoMode;

class Orders : public test::TaskHarness {
 public:
  Orders() : TaskHarness({test::IsolateRule("evil", AutoMode::kEnforce)}) {
    keeps_windows = true;
    stores = &kept;
    log.SkipOffsets(test::kPartition, 0);
  }
  ~Orders() { task.reset(); }

  void Happens(std::string_view id, std::string_view asset = "A1") {
    Append(
        test::ProcessEvent(id, "evil").With("asset", asset).With("time", FormatTime(clock.Now())));
  }
  // Works on all there is and commits it.
  void Commit() {
    ASSERT_TRUE(Step().ok());
    ASSERT_TRUE(task->Flush().ok());
  }
  size_t Ordered() const { return log.Outputs(OutTopic::kCommands).size(); }
  // "in_flight": what the guard `duplicate` said to each action of the last alert.
  std::string LastReason() const {
    const std::vector<json::Value> decisions = Audit("decision");
    return decisions.empty() ? "" : std::string(decisions.back().StringOr("reason", ""));
  }
  // What compaction leaves of the changelog about assets.
  std::map<std::string, std::string> Changelog() const {
    std::map<std::string, std::string> last;
    for (const memory::StoredRecord& record :
         log.ReadChangelog(0, 0, log.ChangelogEnd(0), 1'000'000)) {
      const state::StateKey key = state::ParseRecordKey(record.key)->key;
      if (key.kind != state::Kind::kOrdered) continue;
      last.erase(std::string(key.group));
      if (record.value) last.emplace(key.group, *record.value);
    }
    return last;
  }

  test::KeptStores kept;
};

TEST(TaskRemembersOrdersTest, WhatWasOrderedIsNotOrderedAgain) {
  Orders task;
  task.Happens("e1");
  task.Happens("e2");
  task.Happens("e3", "A2");
  task.Commit();
  EXPECT_EQ(task.Ordered(), 2u);
  task.Happens("e4");
  task.Commit();
  EXPECT_EQ(task.Ordered(), 2u);
  EXPECT_EQ(task.LastReason(), "in_flight");
  EXPECT_EQ(task.Changelog().size(), 2u);
  EXPECT_EQ(task.Outputs(OutTopic::kAlerts).size(), 4u) << "all are told";
}

TEST(TaskRemembersOrdersTest, ATaskThatIsNoStateTaskRemembersNothing) {
  Orders task;
  task.keeps_windows = false;
  task.Happens("e1");
  task.Happens("e2");
  task.RunToEnd();
  EXPECT_EQ(task.Ordered(), 2u);
}

TEST(TaskRemembersOrdersTest, ANewOwnerKnowsWhatWasCommittedAndNothingElse) {
  Orders task;
  task.Happens("e1");
  task.Commit();
  task.Happens("e2", "A2");
  ASSERT_TRUE(task.Step().ok());
  task.Restart();
  task.Happens("e3");
  task.Happens("e4", "A2");
  task.Commit();
  ASSERT_EQ(task.observer.starts.size(), 2u);
  EXPECT_EQ(task.observer.starts[0].assets, 0u);
  EXPECT_EQ(task.observer.starts[1].assets, 1u);
  EXPECT_EQ(task.observer.starts[1].assets_refused, 0u);
  EXPECT_EQ(task.Ordered(), 2u);
}

TEST(TaskRemembersOrdersTest, WithoutItsStoreTheChangelogIsEnough) {
  Orders task;
  task.stores = nullptr;
  task.Happens("e1");
  task.Commit();
  task.Restart();
  task.Happens("e2");
  task.Commit();
  EXPECT_EQ(task.observer.starts.back().assets, 1u);
  EXPECT_EQ(task.Ordered(), 1u);
}

TEST(TaskRemembersOrdersTest, WhatIsBeyondTheBoundAtAStartIsTold) {
  Orders task;
  for (const char* asset : {"A1", "A2", "A3"}) task.Happens("e", asset);
  task.Commit();
  task.options.orders.orders_max = 2;
  task.Restart();
  task.Commit();
  EXPECT_EQ(task.observer.starts.back().assets, 2u);
  EXPECT_EQ(task.observer.starts.back().assets_refused, 1u);
}

TEST(TaskRemembersOrdersTest, AnAbortTakesBackWhatWasOrderedBehindIt) {
  test::Holding holding;
  Orders task;
  task.make_committer = test::Hold(holding);
  task.Happens("e1");
  ASSERT_TRUE(task.Step().ok());
  ASSERT_TRUE(task.task->BeginFlush().ok());
  task.log.PlanFaults({Fault::kAbort});
  task.Happens("e2", "A2");
  ASSERT_TRUE(task.Step().ok());
  holding.holds = false;
  task.RunToEnd();
  EXPECT_EQ(task.observer.aborts, 1u);
  EXPECT_EQ(task.Ordered(), 2u) << "each once, of those that were aborted";
  EXPECT_EQ(task.Changelog().size(), 2u);
  task.task.reset();
}

TEST(TaskRemembersOrdersTest, AReloadForgetsNothing) {
  Orders task;
  task.Happens("e1");
  task.Commit();
  rule::Rule other = test::IsolateRule("evil", AutoMode::kEnforce);
  other.name = "another";
  other.id.bytes[0] ^= 1;
  task.UseRules({other});
  task.Happens("e2");
  task.Commit();
  EXPECT_EQ(task.Ordered(), 1u);
  EXPECT_EQ(task.LastReason(), "in_flight");
}

TEST(TaskRemembersOrdersTest, WhatCountsNoMoreIsForgottenAndMayBeOrderedAgain) {
  Orders task;
  task.options.ttl.isolate = std::chrono::hours(1);
  task.options.orders.skew = std::chrono::minutes(1);
  task.Happens("e1");
  task.Commit();
  task.clock.Advance(std::chrono::minutes(61));
  task.Happens("e2");
  task.Commit();
  EXPECT_EQ(task.Ordered(), 1u) << "the last moment at which it counts";
  task.clock.Advance(Duration(1));
  task.Happens("e3", "A2");
  task.Commit();
  EXPECT_EQ(task.Changelog().count("A1"), 0u);
  task.Happens("e4");
  task.Commit();
  EXPECT_EQ(task.Ordered(), 3u);
}

// Faults and new owners at any time: what is ordered is what a task orders that nothing befalls.
TEST(TaskRemembersOrdersTest, FaultsOrderNothingTwice) {
  const uint64_t base = test::NumberFromEnvironment("RIPOSTE_SEED", std::random_device{}());
  std::cout << "RIPOSTE_SEED=" << base << "\n";
  for (unsigned run = 0; run < 15; ++run) {
    std::mt19937 random(base + run);
    test::Holding holding;
    Orders undisturbed, task;
    task.make_committer = test::Hold(holding);
    task.options.batch_records_max = 1 + random() % 20;
    task.options.commit_output_bytes_max = 1'000 + random() % 20'000;
    for (int i = 0; i < 100; ++i) {
      const std::string id = "e" + std::to_string(i), asset = "A" + std::to_string(random() % 12);
      task.Happens(id, asset);
      undisturbed.Happens(id, asset);
    }
    undisturbed.RunToEnd();
    EXPECT_TRUE(test::RunUnderFaults(task, holding, random)) << "seed " << base + run;
    EXPECT_EQ(task.CommandIds(), undisturbed.CommandIds()) << "seed " << base + run;
    EXPECT_EQ(task.Ordered(), undisturbed.Changelog().size()) << "seed " << base + run;
    EXPECT_EQ(task.Changelog().size(), undisturbed.Changelog().size()) << "seed " << base + run;
    task.task.reset();  // before `holding`
  }
}

}  // namespace
}  // namespace riposte::pipeline
