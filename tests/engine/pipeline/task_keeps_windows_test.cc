// A task that keeps windows, through transactions, aborts, new owners and reloads.
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/pipeline/task.h"
#include "engine/state/state_key.h"
#include "engine/trigger/watermark.h"
#include "rules/rule/trigger_print.h"
#include "tests/engine/pipeline/held_committer.h"
#include "tests/engine/pipeline/kept_stores.h"
#include "tests/engine/pipeline/random_faults.h"
#include "tests/engine/pipeline/task_harness.h"
#include "tests/engine/pipeline/window_fixture.h"
#include "tests/support/environment.h"

namespace riposte::pipeline {
namespace {

using memory::Fault;
using rule::AutoMode;
using std::chrono::seconds;
using test::FieldOf;
using test::kPartition;
using test::ProcessEvent;

rule::Rule Complete(rule::Rule rule) {
  rule.canonical_trigger = rule::PrintTrigger(rule.trigger, test::EngineSchema()->catalogue);
  return rule;
}

// Two events of that name and an asset within 10 s.
rule::Rule PairOf(std::string_view name) {
  rule::Rule rule = test::KillRule(name, AutoMode::kEnforce);
  rule.trigger =
      rule::Count{.threshold = 2, .within = seconds(10), .group_by = {FieldOf("event.asset")}};
  return Complete(std::move(rule));
}

// One event of that name, and no second one for 5 s.
rule::Rule LonelyOf(std::string_view name) {
  rule::Rule rule = test::RuleFor(name);
  rule::Sequence sequence{.within = seconds(5)};
  for (const char* step : {"a", "b"})
    sequence.steps.push_back({.name = step,
                              .query = rule.query,
                              .absent = step == std::string("b"),
                              .by = {FieldOf("event.asset")}});
  rule.trigger = std::move(sequence);
  return Complete(std::move(rule));
}

Time At(int64_t second) { return test::TimeAt(test::kEventTime) + seconds(second); }

// What an alert says of windows.
std::string Describe(const json::Value& alert) {
  std::string text = std::string(alert.Find("rule")->StringOr("name", "?")) + " " +
                     std::string(alert.StringOr("event_time", "?")) + " " +
                     std::to_string(*alert.Find("matches")->as_int()) + ":";
  for (const json::Value& id : *alert.Find("event_ids")->as_array())
    text += " " + std::string(*id.as_string());
  return text + " " + std::string(alert.StringOr("firing_id", "?"));
}

class Windows : public test::TaskHarness {
 public:
  explicit Windows(std::vector<rule::Rule> rules) : TaskHarness(std::move(rules)) {
    keeps_windows = true;
    stores = &kept;
    log.SkipOffsets(kPartition, 0);
  }
  ~Windows() { task.reset(); }

  void Happens(int64_t second, std::string_view id, std::string_view name,
               std::string_view asset = "A1") {
    test::EventJson event = ProcessEvent(id, name);
    event.With("asset", asset).With("time", FormatTime(At(second)));
    log.Append(kPartition, "A1", event.Text(), At(second));
  }
  // Works on all there is and commits it.
  void Commit() {
    ASSERT_TRUE(Step().ok());
    ASSERT_TRUE(task->Flush().ok());
  }
  std::vector<std::string> Alerts() const {
    std::vector<std::string> alerts;
    for (const json::Value& alert : Outputs(OutTopic::kAlerts)) alerts.push_back(Describe(alert));
    return alerts;
  }
  // What compaction leaves of the changelog, without how far the sources are and its birth.
  std::map<std::string, std::string> Changelog() const {
    std::map<std::string, std::string> last;
    for (const memory::StoredRecord& record :
         log.ReadChangelog(0, 0, log.ChangelogEnd(0), 1'000'000)) {
      if (state::ParseRecordKey(record.key)->key.kind != state::Kind::kWindow) continue;
      last.erase(record.key);
      if (record.value) last.emplace(record.key, *record.value);
    }
    return last;
  }

  test::KeptStores kept;
};

TEST(TaskKeepsWindowsTest, WhatCompletesAWindowIsOrderedInTheTransactionOfItsLastEvent) {
  Windows task({PairOf("evil")});
  task.Happens(0, "e1", "evil");
  task.Commit();
  EXPECT_TRUE(task.CommandIds().empty());
  EXPECT_EQ(task.Changelog().size(), 1u);
  task.Happens(1, "e2", "evil", "A2");
  task.Happens(5, "e3", "evil");
  task.Commit();
  EXPECT_EQ(task.CommandIds().size(), 2u);
  ASSERT_EQ(task.Alerts().size(), 1u);
  EXPECT_TRUE(task.Alerts()[0].starts_with("Rule for evil 2026-11-25T01:00:05.000Z 2: e1 e3 "))
      << task.Alerts()[0];
  EXPECT_EQ(task.Audit("decision").size(), 2u);
  const Counts& counts = task.observer.commits.back().counts;
  EXPECT_EQ(counts.windows.fates[static_cast<size_t>(trigger::Fate::kCounted)], 1u);
  EXPECT_EQ(counts.windows.fates[static_cast<size_t>(trigger::Fate::kFired)], 1u);
  EXPECT_EQ(counts.firings[static_cast<size_t>(rule::Severity::kHigh)], 1u);
}

TEST(TaskKeepsWindowsTest, ATaskThatIsNoStateTaskKeepsNone) {
  Windows task({PairOf("evil")});
  task.keeps_windows = false;
  for (const char* id : {"e1", "e2"}) task.Happens(0, id, "evil");
  task.RunToEnd();
  EXPECT_TRUE(task.Alerts().empty());
  EXPECT_TRUE(task.log.Outputs(OutTopic::kChangelog).empty());
  EXPECT_EQ(task.Accounted().matched, 2u);
}

TEST(TaskKeepsWindowsTest, ANewOwnerGoesOnWhereTheLastTransactionEnded) {
  Windows task({PairOf("evil")});
  task.Happens(0, "e1", "evil");
  task.Commit();
  task.Happens(5, "e2", "evil");
  ASSERT_TRUE(task.Step().ok());
  task.Restart();
  task.Commit();
  ASSERT_EQ(task.observer.starts.size(), 2u);
  EXPECT_EQ(task.observer.starts[0].restored, 0u);
  EXPECT_EQ(task.observer.starts[1].restored, 1u);
  EXPECT_EQ(task.observer.starts[1].replayed, 0) << "the store has it all";
  EXPECT_EQ(task.Alerts().size(), 1u);
}

TEST(TaskKeepsWindowsTest, WhatTheDiskDidNotTakeIsReadFromTheChangelog) {
  Windows task({PairOf("evil")});
  task.kept.full = true;
  task.Happens(0, "e1", "evil");
  task.Commit();
  EXPECT_EQ(task.observer.store_lags, std::vector<ErrorCode>{ErrorCode::kIo});
  task.kept.full = false;
  task.Restart();
  task.Happens(5, "e2", "evil");
  task.Commit();
  EXPECT_GT(task.observer.starts.back().replayed, 0);
  EXPECT_EQ(task.observer.starts.back().restored, 1u);
  EXPECT_EQ(task.Alerts().size(), 1u);
}

TEST(TaskKeepsWindowsTest, WithoutADiskTheChangelogIsEnough) {
  Windows task({PairOf("evil")});
  task.stores = nullptr;
  task.Happens(0, "e1", "evil");
  task.Commit();
  task.Restart();
  task.Happens(5, "e2", "evil");
  task.Commit();
  EXPECT_EQ(task.observer.starts.back().restored, 1u);
  EXPECT_EQ(task.Alerts().size(), 1u);
}

TEST(TaskKeepsWindowsTest, AStoreThatSaysNothingOfUseIsReadAnew) {
  Windows task({PairOf("evil")});
  task.Happens(0, "e1", "evil");
  task.Commit();
  task.task.reset();
  // How far the task was, unreadable; its changelog is whole.
  const state::StateKey clock{.kind = state::Kind::kClock, .definition = {}, .group = {}};
  const state::Change damage{.key = state::RecordKey(clock, 0), .value = "\x01?"};
  const state::Stores::Opened opened = task.kept.Open("memory-0").value();
  ASSERT_TRUE(opened.store->Apply({&damage, 1}, *opened.store->mark()).ok());
  task.Happens(5, "e2", "evil");
  task.Commit();
  EXPECT_EQ(task.kept.wiped, 1u);
  EXPECT_FALSE(task.observer.starts.back().wiped.empty());
  EXPECT_EQ(task.observer.starts.back().restored, 1u);
  EXPECT_EQ(task.Alerts().size(), 1u);
}

TEST(TaskKeepsWindowsTest, AnAbortUndoesWhatWasCountedBehindIt) {
  test::Holding holding;
  Windows task({PairOf("evil")});
  task.make_committer = test::Hold(holding);
  task.Happens(0, "e1", "evil");
  ASSERT_TRUE(task.Step().ok());
  ASSERT_TRUE(task.task->BeginFlush().ok());
  task.log.PlanFaults({Fault::kAbort});
  task.Happens(5, "e2", "evil");
  ASSERT_TRUE(task.Step().ok());
  holding.holds = false;
  task.RunToEnd();
  EXPECT_EQ(task.observer.aborts, 1u);
  EXPECT_EQ(task.observer.undone, 1u);
  EXPECT_EQ(task.Alerts().size(), 1u);
  task.task.reset();
}

TEST(TaskKeepsWindowsTest, WhatTimeDecidesIsCommittedWithoutRecords) {
  Windows task({LonelyOf("evil")});
  task.Happens(0, "e1", "evil");
  task.Commit();
  EXPECT_TRUE(task.Alerts().empty());
  const size_t commits = task.log.commit_count();
  task.clock.Advance(trigger::Watermark::kIdleWait + seconds(10));
  ASSERT_TRUE(task.Step().ok());
  task.clock.Advance(task.options.commit_interval);
  ASSERT_TRUE(task.Step().ok());
  EXPECT_EQ(task.log.commit_count(), commits + 1);
  ASSERT_EQ(task.Alerts().size(), 1u);
  EXPECT_EQ(task.observer.commits.back().counts.consumed, 0u);
  EXPECT_EQ(task.log.CommittedOffset(kPartition), 1);
  task.clock.Advance(seconds(60));
  ASSERT_TRUE(task.Step().ok());
  ASSERT_TRUE(task.Step().ok());
  EXPECT_EQ(task.log.commit_count(), commits + 1) << "there is nothing more";
}

TEST(TaskKeepsWindowsTest, BrokersThatDoNotAnswerAreWaitedFor) {
  class Unreachable final : public state::Changelog {
   public:
    Unreachable(std::unique_ptr<state::Changelog> behind, int& failures)
        : behind_(std::move(behind)), failures_(failures) {}
    Result<Extent> Measure() override {
      if (failures_-- > 0) return Status(ErrorCode::kUnavailable, "no broker answers");
      return behind_->Measure();
    }
    Status Read(int64_t from, int64_t end, const Each& each) override {
      return behind_->Read(from, end, each);
    }

   private:
    std::unique_ptr<state::Changelog> behind_;
    int& failures_;
  };
  Windows task({PairOf("evil")});
  int failures = 2;
  task.adjust = [&failures](Assignment& assignment) {
    assignment.state->changelog =
        std::make_unique<Unreachable>(std::move(assignment.state->changelog), failures);
  };
  for (const char* id : {"e1", "e2"}) task.Happens(0, id, "evil");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(*task.Step(), Task::Progress::kIdle);
    task.clock.Advance(Duration(600));
  }
  EXPECT_EQ(task.observer.awaited, 2u);
  EXPECT_TRUE(task.observer.starts.empty());
  task.RunToEnd();
  EXPECT_EQ(task.observer.starts.size(), 1u);
  EXPECT_EQ(task.Alerts().size(), 1u);
}

TEST(TaskKeepsWindowsTest, AReloadKeepsTheWindowsOfRulesThatAskForTheSame) {
  Windows task({PairOf("evil"), PairOf("bad")});
  task.Happens(0, "e1", "evil");
  task.Happens(0, "b1", "bad");
  task.Commit();
  EXPECT_EQ(task.Changelog().size(), 2u);
  rule::Rule renamed = PairOf("evil");
  renamed.name = "renamed";
  task.UseRules({PairOf("new"), renamed});
  task.Happens(1, "n1", "new");
  task.Commit();
  ASSERT_EQ(task.observer.reloads.size(), 1u);
  EXPECT_EQ(task.observer.reloads[0].kept, 1u);
  EXPECT_EQ(task.observer.reloads[0].begun, 1u);
  EXPECT_EQ(task.observer.reloads[0].ended, 1u);
  EXPECT_EQ(task.Changelog().size(), 2u) << "what nobody has is deleted";
  task.Happens(5, "e2", "evil");
  task.Happens(5, "n2", "new");
  task.Commit();
  EXPECT_EQ(task.Alerts().size(), 2u);
  task.Restart();
  task.Commit();
  EXPECT_EQ(task.observer.starts.back().ended, 0u);
}

TEST(TaskKeepsWindowsTest, ARuleThatComesBackBeginsAnew) {
  Windows task({PairOf("evil")});
  task.Happens(0, "e1", "evil");
  task.Commit();
  task.UseRules({});
  ASSERT_TRUE(task.Step().ok());
  task.UseRules({PairOf("evil")});
  task.Happens(1, "e2", "evil", "A2");
  task.Commit();
  EXPECT_EQ(task.Changelog().size(), 1u) << "that of A1 was from before";
  task.Happens(2, "e3", "evil");
  task.Commit();
  EXPECT_TRUE(task.Alerts().empty());
  task.Restart();
  task.Happens(3, "e4", "evil");
  task.Commit();
  EXPECT_EQ(task.observer.starts.back().restored, 2u);
  EXPECT_EQ(task.Alerts().size(), 1u);
}

TEST(TaskKeepsWindowsTest, WhatNoRuleHasAtAStartIsDeleted) {
  Windows task({PairOf("evil")});
  task.Happens(0, "e1", "evil");
  task.Commit();
  task.UseRules({PairOf("other")});
  task.Restart();
  task.Happens(1, "e2", "good");
  task.Commit();
  EXPECT_EQ(task.observer.starts.back().ended, 1u);
  EXPECT_TRUE(task.Changelog().empty());
}

TEST(TaskKeepsWindowsTest, MuchUncommittedStateIsCommittedEarlier) {
  Windows task({PairOf("evil")});
  task.options.commit_changelog_bytes_max = 1'000;
  for (int i = 0; i < 30; ++i)
    task.Happens(0, "e" + std::to_string(i), "evil", "A" + std::to_string(i));
  ASSERT_TRUE(task.Step().ok());
  EXPECT_GE(task.log.commit_count(), 4u);
  EXPECT_LE(task.log.commit_count(), 15u) << "a few groups each";
}

void AppendRandom(std::mt19937& random, Windows& task, Windows& undisturbed) {
  int64_t second = 0;
  for (int i = 0; i < 200; ++i) {
    second += static_cast<int64_t>(random() % 3);
    const int64_t at = second - static_cast<int64_t>(random() % 5);
    const std::string id = "e" + std::to_string(i), asset = "A" + std::to_string(random() % 4);
    const std::string name = std::vector<std::string>{"evil", "lonely", "good"}[random() % 3];
    task.Happens(at, id, name, asset);
    undisturbed.Happens(at, id, name, asset);
  }
}

// Faults, new owners and disks that fail, at any time and with batches of any size: what is ordered
// and told is what a task orders and tells that nothing befalls, record by record.
TEST(TaskKeepsWindowsTest, FaultsChangeNothingThatIsCommitted) {
  const uint64_t base = test::NumberFromEnvironment("RIPOSTE_SEED", std::random_device{}());
  std::cout << "RIPOSTE_SEED=" << base << "\n";
  size_t told = 0;
  for (unsigned run = 0; run < 15; ++run) {
    std::mt19937 random(base + run);
    const std::vector<rule::Rule> rules = {PairOf("evil"), LonelyOf("lonely")};
    test::Holding holding;
    Windows undisturbed(rules), task(rules);
    undisturbed.options.batch_records_max = 1;
    task.make_committer = test::Hold(holding);
    task.options.batch_records_max = 1 + random() % 20;
    task.options.commit_output_bytes_max = 1'000 + random() % 20'000;
    AppendRandom(random, task, undisturbed);
    undisturbed.RunToEnd();
    EXPECT_TRUE(test::RunUnderFaults(task, holding, random)) << "seed " << base + run;
    EXPECT_EQ(task.Alerts(), undisturbed.Alerts()) << "seed " << base + run;
    EXPECT_EQ(task.CommandIds(), undisturbed.CommandIds()) << "seed " << base + run;
    EXPECT_EQ(task.Changelog().size(), undisturbed.Changelog().size()) << "seed " << base + run;
    told += task.Alerts().size();
    task.task.reset();  // before `holding`
  }
  EXPECT_GT(told, 200u);
}

}  // namespace
}  // namespace riposte::pipeline
