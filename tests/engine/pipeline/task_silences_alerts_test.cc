// A state task whose rules have `suppress`, through transactions, aborts, new owners and reloads.
#include <algorithm>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/pipeline/task.h"
#include "engine/state/state_key.h"
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
using std::chrono::minutes;
using std::chrono::seconds;

rule::Rule Silencing(rule::Rule rule, Duration span = minutes(1)) {
  rule.suppress = rule::Suppress{.by = {test::FieldOf("event.asset")}, .span = span};
  return rule;
}

class Silences : public test::TaskHarness {
 public:
  explicit Silences(rule::Rule rule = Silencing(test::RuleFor("evil")))
      : TaskHarness({std::move(rule)}) {
    keeps_windows = true;
    stores = &kept;
    log.SkipOffsets(test::kPartition, 0);
  }
  ~Silences() { task.reset(); }

  void Happens(std::string_view id, std::string_view asset = "A1", int64_t pid = 10,
               std::string_view name = "evil") {
    Append(test::ProcessEvent(id, name)
               .With("asset", asset)
               .With("pid", pid)
               .With("time", FormatTime(clock.Now())));
  }
  // Works on all there is and commits it.
  void Commit() {
    ASSERT_TRUE(Step().ok());
    ASSERT_TRUE(task->Flush().ok());
  }
  void HappensAndCommits(std::string_view id, std::string_view asset = "A1") {
    Happens(id, asset);
    Commit();
  }
  size_t Alerts() const { return Outputs(OutTopic::kAlerts).size(); }
  uint64_t Silenced() const {
    uint64_t silenced = 0;
    for (const test::RecordingObserver::Commit& commit : observer.commits)
      silenced += commit.counts.suppress.silenced;
    return silenced;
  }
  // "a1: 2": of each span that ended, in order.
  std::vector<std::string> Ended() const {
    std::vector<std::string> ended;
    for (const json::Value& record : Audit("suppression_ended"))
      ended.push_back(*record.Find("key")->as_array()->front().as_string() + ": " +
                      std::to_string(*record.Find("silenced")->as_int()));
    return ended;
  }
  // What compaction leaves of the changelog about silent alerts.
  std::map<std::string, std::string> Changelog() const {
    std::map<std::string, std::string> last;
    for (const memory::StoredRecord& record :
         log.ReadChangelog(0, 0, log.ChangelogEnd(0), 1'000'000)) {
      if (state::ParseRecordKey(record.key)->key.kind != state::Kind::kSuppress) continue;
      last.erase(record.key);
      if (record.value) last.emplace(record.key, *record.value);
    }
    return last;
  }

  test::KeptStores kept;
};

TEST(TaskSilencesAlertsTest, RepeatedAlertsOfAKeyAreSilentAndCounted) {
  Silences task;
  task.Happens("e1");
  task.Happens("e2");
  task.Happens("e3", "A2");
  task.Commit();
  EXPECT_EQ(task.Alerts(), 2u);
  EXPECT_EQ(task.Silenced(), 1u);
  task.clock.Advance(minutes(1));
  task.HappensAndCommits("e4");
  EXPECT_EQ(task.Alerts(), 2u) << "the last moment";
  task.clock.Advance(Duration(1));
  task.HappensAndCommits("e5");
  EXPECT_EQ(task.Alerts(), 3u);
  EXPECT_EQ(task.Ended(), std::vector<std::string>{"a1: 2"});
  uint64_t firings = 0;
  for (const test::RecordingObserver::Commit& commit : task.observer.commits)
    for (const uint64_t fired : commit.counts.firings) firings += fired;
  EXPECT_EQ(firings, 5u);
}

TEST(TaskSilencesAlertsTest, ASpanEndsWithoutAnotherAlertOfItsKey) {
  Silences task;
  task.Happens("e1");
  task.HappensAndCommits("e2");
  task.clock.Advance(minutes(2));
  task.Happens("e3", "A1", 10, "good");
  task.Commit();
  EXPECT_EQ(task.Ended(), std::vector<std::string>{"a1: 1"});
  EXPECT_TRUE(task.Changelog().empty());
}

TEST(TaskSilencesAlertsTest, WithoutItsKeyNothingIsSilent) {
  Silences task;
  for (const char* id : {"e1", "e2"}) task.Append(test::ProcessEvent(id, "evil").Without("asset"));
  task.Commit();
  EXPECT_EQ(task.Alerts(), 2u);
}

TEST(TaskSilencesAlertsTest, ATaskThatIsNoStateTaskTellsAll) {
  Silences task;
  task.keeps_windows = false;
  task.Happens("e1");
  task.Happens("e2");
  task.RunToEnd();
  EXPECT_EQ(task.Alerts(), 2u);
}

TEST(TaskSilencesAlertsTest, ACommandForAnotherTargetIsNeverSilent) {
  Silences task(Silencing(test::KillRule("evil", AutoMode::kDryRun)));
  task.Happens("e1", "A1", 10);
  task.Happens("e2", "A1", 10);
  task.Happens("e3", "A1", 11);
  task.Commit();
  EXPECT_EQ(task.Alerts(), 2u);
  EXPECT_EQ(task.Audit("decision").size(), 6u) << "each decision is told, of silent firings, too";
}

// The first one was not ordered: the kill switch was on.
TEST(TaskSilencesAlertsTest, AnOrderIsNeverSilent) {
  Silences task(Silencing(test::IsolateRule("evil", AutoMode::kEnforce)));
  task.standing.enforcement.enabled = false;
  task.HappensAndCommits("e1");
  task.HappensAndCommits("e2");
  EXPECT_EQ(task.Alerts(), 1u);
  task.standing.enforcement.enabled = true;
  task.HappensAndCommits("e3");
  EXPECT_EQ(task.log.Outputs(OutTopic::kCommands).size(), 1u);
  EXPECT_EQ(task.Alerts(), 2u);
  task.HappensAndCommits("e4");
  EXPECT_EQ(task.log.Outputs(OutTopic::kCommands).size(), 1u) << "a duplicate";
  EXPECT_EQ(task.Alerts(), 2u);
}

TEST(TaskSilencesAlertsTest, WindowsAreSilencedByTheirGroup) {
  rule::Rule rule = Silencing(test::RuleFor("evil"));
  rule::Count count{
      .threshold = 2, .within = seconds(10), .group_by = {test::FieldOf("event.asset")}};
  count.cooldown = Duration(0);
  rule.trigger = std::move(count);
  rule.canonical_trigger = rule::PrintTrigger(rule.trigger, test::EngineSchema()->catalogue);
  Silences task(rule);
  for (int i = 0; i < 6; ++i) {
    task.Happens("e" + std::to_string(i), i < 4 ? "A1" : "A2");
    task.clock.Advance(Duration(1));
  }
  task.Commit();
  EXPECT_EQ(task.Alerts(), 2u);
  EXPECT_GT(task.Silenced(), 0u);
}

TEST(TaskSilencesAlertsTest, ANewOwnerKnowsWhatWasCommittedAndNothingElse) {
  for (const bool has_store : {true, false}) {
    Silences task;
    if (!has_store) task.stores = nullptr;
    task.HappensAndCommits("e1");
    task.Happens("e2", "A2");
    ASSERT_TRUE(task.Step().ok());
    task.Restart();
    task.Happens("e3");
    task.Happens("e4", "A2");
    task.Commit();
    ASSERT_EQ(task.observer.starts.size(), 2u);
    EXPECT_EQ(task.observer.starts[1].silenced, 1u);
    EXPECT_EQ(task.observer.starts[1].silenced_refused, 0u);
    EXPECT_EQ(task.Alerts(), 2u);
    EXPECT_EQ(task.Silenced(), 2u);
  }
}

TEST(TaskSilencesAlertsTest, AnAbortTakesBackWhatWasJudgedBehindIt) {
  test::Holding holding;
  Silences task;
  task.make_committer = test::Hold(holding);
  task.Happens("e1");
  ASSERT_TRUE(task.Step().ok());
  ASSERT_TRUE(task.task->BeginFlush().ok());
  task.log.PlanFaults({Fault::kAbort});
  task.Happens("e2");
  ASSERT_TRUE(task.Step().ok());
  holding.holds = false;
  task.RunToEnd();
  EXPECT_EQ(task.observer.aborts, 1u);
  EXPECT_EQ(task.Alerts(), 1u);
  EXPECT_EQ(task.Silenced(), 1u);
  task.task.reset();
}

TEST(TaskSilencesAlertsTest, AReloadKeepsTheSpanOfTheSameSuppressAndEndsAnother) {
  Silences task;
  task.HappensAndCommits("e1");
  rule::Rule renamed = Silencing(test::RuleFor("evil"));
  renamed.name = "renamed";
  task.UseRules({test::RuleFor("other"), renamed});
  task.HappensAndCommits("e2");
  EXPECT_EQ(task.Alerts(), 1u);
  task.UseRules({Silencing(test::RuleFor("evil"), minutes(2))});
  task.HappensAndCommits("e3");
  EXPECT_EQ(task.Alerts(), 2u);
  EXPECT_EQ(task.Changelog().size(), 1u) << "what was of the other one is deleted";
  task.UseRules({test::RuleFor("evil")});
  task.HappensAndCommits("e4");
  task.HappensAndCommits("e5");
  EXPECT_EQ(task.Alerts(), 4u);
  EXPECT_TRUE(task.Changelog().empty());
}

TEST(TaskSilencesAlertsTest, AtItsBoundARuleTellsWhatWasSilent) {
  Silences task;
  task.options.windows.groups_max = 2;
  for (const char* asset : {"A1", "A1", "A2", "A3", "A1"}) task.Happens("e", asset);
  task.Commit();
  EXPECT_EQ(task.Alerts(), 4u) << "the span of the first asset was forgotten";
  EXPECT_EQ(task.Ended(), std::vector<std::string>{"a1: 1"});
  EXPECT_EQ(task.observer.commits.back().counts.suppress.evicted, 2u);
}

// Whatever is worked on together: what is due before a record is judged before it.
TEST(TaskSilencesAlertsTest, BatchesChangeNothing) {
  std::vector<std::string> expected;
  for (const size_t batch : {size_t{1}, size_t{2}, size_t{100}}) {
    Silences task;
    task.options.batch_records_max = batch;
    for (int i = 0; i < 40; ++i) {
      // Each third one is out of order.
      const Time time = task.clock.Now() - seconds(i % 3 == 2 ? 50 : 0);
      task.Append(test::ProcessEvent("e" + std::to_string(i), "evil")
                      .With("asset", i % 5 == 0 ? "A1" : "A2")
                      .With("time", FormatTime(time)));
      task.clock.Advance(seconds(25));
    }
    task.RunToEnd();
    std::vector<std::string> alerts;
    for (const json::Value& alert : task.Outputs(OutTopic::kAlerts))
      alerts.emplace_back(alert.StringOr("firing_id", "?"));
    if (expected.empty()) expected = alerts;
    EXPECT_EQ(alerts, expected) << batch;
    EXPECT_GT(task.Silenced(), 5u);
  }
}

// Faults and new owners at any time: what is told is what a task tells that nothing befalls.
TEST(TaskSilencesAlertsTest, FaultsChangeNothingThatIsTold) {
  const uint64_t base = test::NumberFromEnvironment("RIPOSTE_SEED", std::random_device{}());
  std::cout << "RIPOSTE_SEED=" << base << "\n";
  uint64_t silenced = 0;
  for (unsigned run = 0; run < 10; ++run) {
    std::mt19937 random(base + run);
    test::Holding holding;
    const rule::Rule rule =
        run % 2 == 0 ? test::RuleFor("evil") : test::IsolateRule("evil", AutoMode::kEnforce);
    Silences undisturbed(Silencing(rule)), task(Silencing(rule));
    task.make_committer = test::Hold(holding);
    task.options.batch_records_max = 1 + random() % 20;
    task.options.commit_output_bytes_max = 1'000 + random() % 20'000;
    Time at = task.clock.Now();
    for (int i = 0; i < 100; ++i) {
      const std::string id = "e" + std::to_string(i), asset = "A" + std::to_string(random() % 6);
      at += seconds(random() % 20);
      const Time time = at - seconds(random() % 2 * 30);
      for (Silences* each : {&undisturbed, &task})
        each->log.Append(test::kPartition, "",
                         test::ProcessEvent(id, "evil")
                             .With("asset", asset)
                             .With("time", FormatTime(time))
                             .Text(),
                         at);
    }
    undisturbed.RunToEnd();
    EXPECT_TRUE(test::RunUnderFaults(task, holding, random)) << "seed " << base + run;
    const auto alerts = [](const Silences& of) {
      std::vector<std::string> ids;
      for (const json::Value& alert : of.Outputs(OutTopic::kAlerts))
        ids.emplace_back(alert.StringOr("firing_id", "?"));
      return ids;
    };
    EXPECT_EQ(alerts(task), alerts(undisturbed)) << "seed " << base + run;
    EXPECT_EQ(task.CommandIds(), undisturbed.CommandIds()) << "seed " << base + run;
    EXPECT_EQ(task.Ended(), undisturbed.Ended()) << "seed " << base + run;
    silenced += undisturbed.Silenced();
    task.task.reset();  // before `holding`
  }
  EXPECT_GT(silenced, 100u);
}

}  // namespace
}  // namespace riposte::pipeline
