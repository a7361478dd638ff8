#include "engine/pipeline/task.h"

#include <iostream>
#include <random>

#include <gtest/gtest.h>

#include "tests/engine/pipeline/held_committer.h"
#include "tests/engine/pipeline/task_harness.h"
#include "tests/support/environment.h"

namespace riposte::pipeline {
namespace {

using memory::Fault;
using rule::AutoMode;
using test::kPartition;
using test::ProcessEvent;
using test::TaskHarness;

std::vector<rule::Rule> EnforcingRule() { return {test::KillRule("evil", AutoMode::kEnforce)}; }

std::set<std::string> AsSet(const std::vector<std::string>& ids) {
  return {ids.begin(), ids.end()};
}

TEST(TaskTest, OneEventOneRuleTwoCommands) {
  TaskHarness harness(EnforcingRule());
  harness.Append(ProcessEvent("e1", "evil"));
  harness.RunToEnd();

  const std::vector<json::Value> commands = harness.Outputs(OutTopic::kCommands);
  ASSERT_EQ(commands.size(), 2u);
  EXPECT_EQ(commands[0].StringOr("action", ""), "kill_process");
  EXPECT_EQ(commands[0].StringOr("mode", ""), "enforce");
  EXPECT_EQ(commands[1].StringOr("action", ""), "quarantine_file");
  EXPECT_EQ(harness.log.Outputs(OutTopic::kCommands)[0].key, "A1");
  EXPECT_EQ(harness.Outputs(OutTopic::kAlerts).size(), 1u);
  EXPECT_EQ(harness.Audit("decision").size(), 2u);
  EXPECT_EQ(harness.Audit("counts").size(), 1u);
  EXPECT_EQ(harness.log.CommittedOffset(kPartition), 1);
}

TEST(TaskTest, EveryRecordEndsInOneOfFour) {
  TaskHarness harness(EnforcingRule());
  harness.Append(ProcessEvent("e1", "evil"));
  harness.Append(ProcessEvent("e2", "good"));
  harness.Append("{\"broken\":");
  harness.Append("[1]");
  harness.Append("");
  harness.AppendTombstone();
  harness.Append(ProcessEvent("e3", "evil"));
  harness.RunToEnd();

  const Counts counts = harness.Accounted();
  EXPECT_EQ(counts.consumed, 7u);
  EXPECT_EQ(counts.matched, 2u);
  EXPECT_EQ(counts.unmatched, 1u);
  EXPECT_EQ(counts.dead_lettered, 2u);
  EXPECT_EQ(counts.empty, 2u);

  const std::vector<json::Value> letters = harness.Outputs(OutTopic::kDeadLetter);
  ASSERT_EQ(letters.size(), 2u);
  EXPECT_EQ(letters[0].StringOr("reason", ""), "invalid_json");
  EXPECT_EQ(*letters[0].Find("offset")->as_int(), 2);
  EXPECT_EQ(letters[0].StringOr("original", ""), "{\"broken\":");
  EXPECT_EQ(letters[1].StringOr("reason", ""), "not_an_object");
}

TEST(TaskTest, TheObserverHearsOfACommitAfterIt) {
  TaskHarness harness(EnforcingRule());
  harness.Append(ProcessEvent("e1", "evil"));
  harness.Append(ProcessEvent("e2", "good"));
  harness.RunToEnd();
  ASSERT_EQ(harness.observer.commits.size(), 1u);
  const test::RecordingObserver::Commit& commit = harness.observer.commits[0];
  EXPECT_EQ(commit.counts.consumed, 2u);
  EXPECT_EQ(commit.counts.firings[static_cast<size_t>(rule::Severity::kHigh)], 1u);
  EXPECT_EQ(commit.matches, (std::vector<std::pair<std::string, uint64_t>>{{"Rule for evil", 1}}));
  EXPECT_EQ(commit.commands,
            (std::vector<std::string>{"kill_process ordered 1", "quarantine_file ordered 1"}));
  EXPECT_EQ(commit.decisions.size(), 6u);  // each guard allowed both
  EXPECT_EQ(commit.decisions[0], "kill_switch allow 2");
}

TEST(TaskTest, ADryRunIsToldButNotOrdered) {
  TaskHarness harness({test::KillRule("evil", AutoMode::kDryRun)});
  harness.Append(ProcessEvent("e1", "evil"));
  harness.RunToEnd();
  EXPECT_TRUE(harness.CommandIds().empty());
  const std::vector<json::Value> alerts = harness.Outputs(OutTopic::kAlerts);
  ASSERT_EQ(alerts.size(), 1u);
  const json::Value& action = alerts[0].Find("actions")->as_array()->front();
  EXPECT_EQ(action.StringOr("outcome", ""), "dry_run");
  EXPECT_EQ(action.StringOr("reason", ""), "rule_dry_run");
  EXPECT_EQ(action.Find("command")->StringOr("mode", ""), "dry_run");
}

// A stop that comes while the task waits for records is about those records.
TEST(TaskTest, WhatTheOperatorsSayIsReadOnceThereAreRecords) {
  TaskHarness harness(EnforcingRule());
  ASSERT_TRUE(harness.Step().ok());
  EXPECT_EQ(harness.standing_reads, 0u);
  harness.Append(ProcessEvent("e1", "evil"));
  ASSERT_TRUE(harness.Step().ok());
  EXPECT_EQ(harness.standing_reads, 1u);
}

TEST(TaskTest, TheKillSwitchHoldsFromTheNextBatchOn) {
  TaskHarness harness(EnforcingRule());
  harness.Append(ProcessEvent("e1", "evil"));
  ASSERT_TRUE(harness.Step().ok());
  harness.standing.enforcement = {.enabled = false, .disabled_because = "stopped by ann"};
  harness.Append(ProcessEvent("e2", "evil"));
  harness.RunToEnd();
  EXPECT_EQ(harness.CommandIds().size(), 2u);  // those of e1
  EXPECT_EQ(harness.Outputs(OutTopic::kAlerts).size(), 2u);
}

TEST(TaskTest, AnAbortIsDoneAgainWithTheSameIds) {
  TaskHarness undisturbed(EnforcingRule()), harness(EnforcingRule());
  for (TaskHarness* each : {&undisturbed, &harness})
    for (int i = 0; i < 5; ++i) each->Append(ProcessEvent("e" + std::to_string(i), "evil"));
  harness.log.PlanFaults({Fault::kAbort, Fault::kUncertainNo, Fault::kAbort});
  undisturbed.RunToEnd();
  harness.RunToEnd();
  EXPECT_EQ(harness.observer.aborts, 3u);
  EXPECT_EQ(harness.CommandIds(), undisturbed.CommandIds());
  EXPECT_EQ(harness.Accounted().consumed, 5u);
  ASSERT_EQ(harness.observer.commits.size(), 1u);
  EXPECT_EQ(harness.observer.commits[0].counts.consumed, 5u);  // aborted work is not counted
  EXPECT_EQ(harness.observer.commits[0].matches[0].second, 5u);
}

TEST(TaskTest, AfterASecondAbortInARowThereIsAPause) {
  TaskHarness harness(EnforcingRule());
  harness.Append(ProcessEvent("e1", "evil"));
  harness.log.PlanFaults({Fault::kAbort, Fault::kAbort, Fault::kNone});
  ASSERT_TRUE(harness.Step().ok());  // aborted
  EXPECT_EQ(harness.observer.aborts, 1u);
  harness.clock.Advance(Duration(10));  // the floor between commits
  ASSERT_TRUE(harness.Step().ok());     // at once: aborted again
  EXPECT_EQ(harness.observer.aborts, 2u);
  harness.clock.Advance(Duration(9));
  ASSERT_TRUE(harness.Step().ok());
  EXPECT_TRUE(harness.observer.commits.empty());
  harness.clock.Advance(Duration(1));
  ASSERT_TRUE(harness.Step().ok());
  EXPECT_EQ(harness.observer.commits.size(), 1u);
}

TEST(TaskTest, AnUncertainCommitThatHappenedIsNotRepeated) {
  TaskHarness harness(EnforcingRule());
  harness.Append(ProcessEvent("e1", "evil"));
  harness.log.PlanFaults({Fault::kUncertainYes});
  harness.RunToEnd();
  EXPECT_EQ(harness.CommandIds().size(), 2u);
  EXPECT_EQ(harness.observer.aborts, 0u);
}

TEST(TaskTest, AFencedTaskStops) {
  TaskHarness harness(EnforcingRule());
  harness.Append(ProcessEvent("e1", "evil"));
  harness.log.PlanFaults({Fault::kFenced});
  const Result<Task::Progress> progress = harness.Step();
  ASSERT_FALSE(progress.ok());
  EXPECT_EQ(progress.status().code(), ErrorCode::kFenced);
  EXPECT_TRUE(harness.CommandIds().empty());
  EXPECT_TRUE(harness.observer.commits.empty());

  harness.Restart();  // the partition comes back
  harness.RunToEnd();
  EXPECT_EQ(harness.CommandIds().size(), 2u);
}

TEST(TaskTest, AnOwnerThatWokeUpLateIsFencedByTheNewOne) {
  TaskHarness harness(EnforcingRule());
  harness.Append(ProcessEvent("e1", "good"));
  ASSERT_TRUE(harness.Step().ok());  // open, not committed
  const std::unique_ptr<Task> old = std::move(harness.task);
  harness.Restart();
  harness.RunToEnd();
  EXPECT_EQ(old->Flush().code(), ErrorCode::kFenced);
  EXPECT_EQ(harness.Accounted().consumed, 1u);
}

TEST(TaskTest, ABrokerThatIsGoneStopsTheTaskWithTheReason) {
  TaskHarness harness(EnforcingRule());
  harness.Append(ProcessEvent("e1", "evil"));
  harness.log.PlanFaults({Fault::kBrokerGone});
  const Result<Task::Progress> progress = harness.Step();
  ASSERT_FALSE(progress.ok());
  EXPECT_EQ(progress.status().code(), ErrorCode::kUnavailable);
}

TEST(TaskTest, CommitsAtTheIntervalAndNotBefore) {
  TaskHarness harness(EnforcingRule());
  harness.Append(ProcessEvent("e1", "good"));
  ASSERT_TRUE(harness.Step().ok());
  harness.clock.Advance(Duration(99));
  ASSERT_TRUE(harness.Step().ok());
  EXPECT_EQ(harness.log.commit_count(), 0u);
  harness.clock.Advance(Duration(1));
  ASSERT_TRUE(harness.Step().ok());
  EXPECT_EQ(harness.log.commit_count(), 1u);
  harness.clock.Advance(Duration(1000));
  ASSERT_TRUE(harness.Step().ok());
  EXPECT_EQ(harness.log.commit_count(), 1u);  // nothing new, no transaction
}

TEST(TaskTest, CommitsLaterOnABacklog) {
  TaskHarness harness(EnforcingRule());
  harness.options.batch_records_max = 2;
  for (int i = 0; i < 20; ++i) harness.Append(ProcessEvent("e", "good"));
  ASSERT_TRUE(harness.Step().ok());
  harness.clock.Advance(Duration(499));
  ASSERT_TRUE(harness.Step().ok());
  EXPECT_EQ(harness.log.commit_count(), 0u);
  harness.clock.Advance(Duration(1));
  ASSERT_TRUE(harness.Step().ok());
  EXPECT_EQ(harness.log.commit_count(), 1u);
}

TEST(TaskTest, ACommandCommitsAtOnceButNotWithinTheFloor) {
  TaskHarness harness(EnforcingRule());
  harness.Append(ProcessEvent("e1", "evil"));
  ASSERT_TRUE(harness.Step().ok());
  EXPECT_EQ(harness.log.commit_count(), 1u);
  harness.clock.Advance(Duration(9));
  harness.Append(ProcessEvent("e2", "evil"));
  ASSERT_TRUE(harness.Step().ok());
  EXPECT_EQ(harness.log.commit_count(), 1u);
  harness.clock.Advance(Duration(1));
  ASSERT_TRUE(harness.Step().ok());
  EXPECT_EQ(harness.log.commit_count(), 2u);
}

TEST(TaskTest, AClockThatJumpsBackDoesNotPutTheCommitOff) {
  TaskHarness harness(EnforcingRule());
  harness.Append(ProcessEvent("e1", "good"));
  ASSERT_TRUE(harness.Step().ok());
  harness.clock.Advance(-std::chrono::hours(1));
  ASSERT_TRUE(harness.Step().ok());
  EXPECT_EQ(harness.log.commit_count(), 1u);
}

TEST(TaskTest, MuchOutputIsCommittedInBetween) {
  TaskHarness harness({test::RuleFor("evil")});
  harness.options.commit_output_bytes_max = 10'000;
  for (int i = 0; i < 100; ++i)
    harness.Append(ProcessEvent("e" + std::to_string(i), "evil").With("x", std::string(4000, 'x')));
  harness.RunToEnd();
  EXPECT_GT(harness.log.commit_count(), 30u);
  EXPECT_EQ(harness.Accounted().matched, 100u);
  EXPECT_EQ(harness.Outputs(OutTopic::kAlerts).size(), 100u);
}

TEST(TaskTest, AnAbortInTheMiddleOfABatchRepeatsNothing) {
  TaskHarness harness({test::RuleFor("evil")});
  harness.options.commit_output_bytes_max = 10'000;
  for (int i = 0; i < 20; ++i)
    harness.Append(ProcessEvent("e" + std::to_string(i), "evil").With("x", std::string(4000, 'x')));
  harness.log.PlanFaults({Fault::kNone, Fault::kAbort, Fault::kNone, Fault::kUncertainYes,
                          Fault::kAbort, Fault::kAbort});
  harness.RunToEnd();
  EXPECT_EQ(harness.observer.aborts, 3u);
  EXPECT_EQ(harness.Accounted().matched, 20u);
  EXPECT_EQ(harness.Outputs(OutTopic::kAlerts).size(), 20u);
}

TEST(TaskTest, OversizedOutputsAreCutAndNeverAbortForEver) {
  TaskHarness harness(EnforcingRule());
  harness.value_bytes_max = Task::kValueBytesMin;
  const std::string huge(100'000, '\x01');  // six bytes each, escaped
  harness.Append(ProcessEvent("e1", "evil").With("x", huge));
  harness.Append(ProcessEvent("e2", "evil").With("image", "C:\\" + huge));
  harness.Append(ProcessEvent(huge, "evil"));
  harness.Append(ProcessEvent("e4", "evil").With("asset", huge));
  harness.Append("{\"broken\": \"" + huge);
  harness.Append(std::string(200'000, '\xff'));
  harness.RunToEnd();

  EXPECT_EQ(harness.observer.aborts, 0u);
  EXPECT_EQ(harness.Accounted().consumed, 6u);
  for (const OutTopic topic :
       {OutTopic::kCommands, OutTopic::kAlerts, OutTopic::kAudit, OutTopic::kDeadLetter})
    for (const OutRecord& record : harness.log.Outputs(topic)) {
      EXPECT_LE(record.value.size(), harness.value_bytes_max);
      EXPECT_LE(record.key.size(), 512u);
    }
  EXPECT_EQ(harness.CommandIds().size(), 2u);  // those of e1 alone are small enough
  size_t too_large = 0;
  for (const json::Value& decision : harness.Audit("decision"))
    too_large += decision.StringOr("reason", "") == "command_too_large" ? 1 : 0;
  EXPECT_EQ(too_large, 6u);
  EXPECT_EQ(harness.Outputs(OutTopic::kDeadLetter).size(), 2u);
}

TEST(TaskTest, ManyMatchesOfOneRecordGoWithoutItsCopies) {
  std::vector<rule::Rule> rules;
  for (int i = 0; i < 50; ++i) {
    rule::Rule rule = test::RuleFor("evil");
    rule.id = Uuid::V5(Uuid{}, "rule " + std::to_string(i));
    rules.push_back(std::move(rule));
  }
  TaskHarness harness(std::move(rules));
  harness.options.commit_output_bytes_max = 50'000;
  harness.Append(ProcessEvent("e1", "evil").With("x", std::string(10'000, 'x')));
  harness.RunToEnd();
  size_t with_copy = 0, with_match = 0;
  const std::vector<json::Value> alerts = harness.Outputs(OutTopic::kAlerts);
  EXPECT_EQ(alerts.size(), 50u);
  for (const json::Value& alert : alerts) {
    with_copy += alert.Find("event")->StringOr("text", "").empty() ? 0 : 1;
    with_match += alert.Find("matched")->as_array()->empty() ? 0 : 1;
  }
  EXPECT_GE(with_copy, 4u);
  EXPECT_LE(with_copy, 5u);
  EXPECT_EQ(with_match, with_copy);
}

TEST(TaskTest, AnAlertSaysByWhatTheRuleMatched) {
  TaskHarness harness({test::RuleFor("evil")});
  harness.Append(ProcessEvent("e1", "Evil"));
  harness.RunToEnd();
  const std::vector<json::Value> alerts = harness.Outputs(OutTopic::kAlerts);
  ASSERT_EQ(alerts.size(), 1u);
  EXPECT_EQ(json::Write(*alerts.front().Find("matched")),
            R"([{"token":"name","clause":"name: \"evil\"","value":"Evil","truncated":false}])");
}

// Of each 257 events one is timed, and stands for all.
TEST(TaskTest, TellsWhatMatchingTook) {
  TaskHarness harness({test::RuleFor("evil")});
  for (uint32_t i = 0; i < match::Sampler::kEvery; ++i)
    harness.Append(ProcessEvent("e" + std::to_string(i), "evil"));
  harness.RunToEnd();
  uint64_t decode_ns = 0, find_ns = 0, rule_ns = 0;
  for (const test::RecordingObserver::Commit& commit : harness.observer.commits) {
    decode_ns += commit.counts.decode_ns;
    find_ns += commit.counts.find_ns;
    for (const uint64_t ns : commit.rule_ns) rule_ns += ns;
    EXPECT_EQ(commit.counts.plain_events, 0u);
  }
  EXPECT_GT(decode_ns, 0u);
  EXPECT_EQ(decode_ns % match::Sampler::kEvery, 0u);
  EXPECT_GT(find_ns, 0u);
  EXPECT_LT(rule_ns, 1'000'000'000u);
}

TEST(TaskTest, RulesAreReplacedBetweenBatches) {
  TaskHarness harness({test::RuleFor("one")});
  harness.Append(ProcessEvent("e1", "one"));
  ASSERT_TRUE(harness.Step().ok());
  harness.UseRules({test::RuleFor("two"), test::RuleFor("one")});
  harness.Append(ProcessEvent("e2", "two"));
  harness.RunToEnd();
  ASSERT_EQ(harness.observer.commits.size(), 2u);  // counts of one set never mix with another's
  EXPECT_EQ(harness.observer.commits[0].matches[0].first, "Rule for one");
  EXPECT_EQ(harness.observer.commits[1].matches[0].first, "Rule for two");
  EXPECT_EQ(harness.Accounted().matched, 2u);
}

TEST(TaskTest, AnUnknownProfileIsAReasonToStop) {
  TaskHarness harness(EnforcingRule());
  harness.Append(ProcessEvent("e1", "evil"));
  const guard::Chain guards = guard::StandardChain({});
  Task task(memory::Assign(harness.log, kPartition, "unheard-of"), {},
            {.clock = &harness.clock, .guards = &guards, .observer = &harness.observer});
  const Result<Task::Progress> progress = task.Step(
      LiveRules::Compile(test::RuleSetOf(EnforcingRule()), {"test"}),
      [&harness]() -> const Standing& { return harness.standing; }, Duration::zero());
  ASSERT_FALSE(progress.ok());
  EXPECT_EQ(progress.status().code(), ErrorCode::kInvalidArgument);
}

TEST(TaskTest, FlushCommitsWhatIsOpen) {
  TaskHarness harness(EnforcingRule());
  harness.Append(ProcessEvent("e1", "good"));
  ASSERT_TRUE(harness.Step().ok());
  EXPECT_EQ(harness.log.commit_count(), 0u);
  EXPECT_TRUE(harness.task->Flush().ok());
  EXPECT_EQ(harness.log.CommittedOffset(kPartition), 1);
  EXPECT_TRUE(harness.task->Flush().ok());
  EXPECT_EQ(harness.log.commit_count(), 1u);
}

TEST(TaskTest, GapsInTheOffsetsAreNoMatter) {
  TaskHarness harness(EnforcingRule());
  harness.Append(ProcessEvent("e1", "evil"));
  harness.log.SkipOffsets(kPartition, 5);
  harness.Append(ProcessEvent("e2", "evil"));
  harness.RunToEnd();
  EXPECT_EQ(harness.log.CommittedOffset(kPartition), 7);
  EXPECT_EQ(harness.Accounted().consumed, 2u);
}

TEST(TaskTest, AnEventThatIsTooOldIsAlertedAndNotOrdered) {
  TaskHarness harness(EnforcingRule());
  harness.Append(ProcessEvent("e1", "evil").With("time", "2026-11-24T00:00:00Z"));
  harness.clock.Advance(std::chrono::hours(1));  // counted from the broker's time
  harness.RunToEnd();
  EXPECT_EQ(harness.Outputs(OutTopic::kCommands).size(), 1u);  // the file may be older
  const std::vector<json::Value> decisions = harness.Audit("decision");
  ASSERT_EQ(decisions.size(), 2u);
  EXPECT_EQ(decisions[0].StringOr("reason", ""), "event_too_old");
}

// An input that hands records out twice, as a client library did around rebalances.
class StutteringInput final : public Input {
 public:
  explicit StutteringInput(std::unique_ptr<Input> input) : input_(std::move(input)) {}
  const PartitionId& id() const override { return input_->id(); }
  Status Poll(size_t max_records, size_t max_bytes, Duration wait,
              std::vector<Record>& records) override {
    const Status status = input_->Poll(max_records, max_bytes, wait, records);
    const std::vector<Record> once = records;
    records.insert(records.end(), once.begin(), once.end());
    return status;
  }
  Status Rewind(int64_t offset) override { return input_->Rewind(offset); }
  int64_t Lag() const override { return input_->Lag(); }

 private:
  std::unique_ptr<Input> input_;
};

TEST(TaskTest, ARecordThatComesTwiceIsWorkedOnOnce) {
  TaskHarness harness(EnforcingRule());
  harness.Append(ProcessEvent("e1", "evil"));
  harness.Append(ProcessEvent("e2", "evil"));
  harness.log.PlanFaults({Fault::kAbort});  // after which it is work again
  Assignment assignment = memory::Assign(harness.log, kPartition, "test");
  assignment.sources[0].input =
      std::make_unique<StutteringInput>(std::move(assignment.sources[0].input));
  const guard::Chain guards = guard::StandardChain({});
  harness.task = std::make_unique<Task>(
      std::move(assignment), harness.options,
      Surroundings{.clock = &harness.clock, .guards = &guards, .observer = &harness.observer});
  harness.RunToEnd();
  EXPECT_EQ(harness.CommandIds().size(), 4u);
  EXPECT_EQ(harness.Accounted().consumed, 2u);
  harness.task.reset();  // before `guards`
}

// Also when the transaction that tells of it aborts.
TEST(TaskTest, AJumpOverExpiredRecordsIsAuditedOnce) {
  TaskHarness harness(EnforcingRule());
  harness.log.SkipOffsets(kPartition, 40);
  harness.Append(ProcessEvent("e1", "evil"));
  harness.log.PlanFaults({Fault::kAbort});
  Assignment assignment = memory::Assign(harness.log, kPartition, "test");
  assignment.sources[0].start_offset = 40;
  assignment.sources[0].skipped_from = 7;
  const guard::Chain guards = guard::StandardChain({});
  harness.task = std::make_unique<Task>(
      std::move(assignment), harness.options,
      Surroundings{.clock = &harness.clock, .guards = &guards, .observer = &harness.observer});
  harness.RunToEnd();
  harness.Append(ProcessEvent("e2", "evil"));
  harness.RunToEnd();
  const std::vector<json::Value> gaps = harness.Audit("coverage_gap");
  ASSERT_EQ(gaps.size(), 1u);
  EXPECT_EQ(*gaps[0].Find("first_offset")->as_int(), 7);
  EXPECT_EQ(*gaps[0].Find("end_offset")->as_int(), 40);
  harness.task.reset();  // before `guards`
}

// Random input.
std::string RandomRecord(std::mt19937& random, int index) {
  switch (random() % 8) {
    case 0:
      return "";
    case 1:
      return std::string(random() % 50, static_cast<char>(random()));
    case 2:
      return ProcessEvent("e" + std::to_string(index), "evil").Text().substr(0, random() % 60);
    case 3:
    case 4:
      return ProcessEvent("e" + std::to_string(index), "evil").Text();
    case 5:
      return ProcessEvent("e" + std::to_string(index), "evil").Without("asset").Text();
    case 6:
      return test::EventJson("REGISTRY").With("name", "evil").Text();
    default:
      return ProcessEvent("e" + std::to_string(index), "good").Text();
  }
}

TEST(TaskTest, WhateverComesTheSumHolds) {
  const uint64_t seed = test::NumberFromEnvironment("RIPOSTE_SEED", std::random_device{}());
  std::cout << "RIPOSTE_SEED=" << seed << "\n";
  std::mt19937 random(seed);
  TaskHarness harness(EnforcingRule());
  harness.options.batch_records_max = 7;
  constexpr int kRecords = 2000;
  for (int i = 0; i < kRecords; ++i) {
    if (random() % 50 == 0) {
      harness.AppendTombstone();
    } else {
      harness.Append(RandomRecord(random, i));
    }
  }
  harness.RunToEnd();
  const Counts total = harness.Accounted();
  EXPECT_EQ(total.consumed, static_cast<uint64_t>(kRecords));
  EXPECT_EQ(harness.Outputs(OutTopic::kDeadLetter).size(), total.dead_lettered);
  EXPECT_EQ(harness.Outputs(OutTopic::kAlerts).size(), total.matched);
  uint64_t told = 0;
  for (const test::RecordingObserver::Commit& commit : harness.observer.commits)
    told += commit.counts.consumed;
  EXPECT_EQ(told, total.consumed);
}

// Aborts, lost answers, fences, crashes at any time: the commands are those of an undisturbed run,
// none twice.
TEST(TaskTest, FaultsChangeNothingThatIsCommitted) {
  const uint64_t base = test::NumberFromEnvironment("RIPOSTE_SEED", std::random_device{}());
  std::cout << "RIPOSTE_SEED=" << base << "\n";
  for (unsigned run = 0; run < 20; ++run) {
    std::mt19937 random(base + run);
    test::Holding holding;
    TaskHarness undisturbed(EnforcingRule()), harness(EnforcingRule());
    harness.make_committer = test::Hold(holding);
    harness.options.batch_records_max = 1 + random() % 20;
    harness.options.commit_output_bytes_max = 2'000 + random() % 20'000;
    for (int i = 0; i < 200; ++i) {
      const std::string record = RandomRecord(random, i);
      undisturbed.Append(record);
      harness.Append(record);
    }
    constexpr Fault kFaults[] = {Fault::kNone,         Fault::kNone,        Fault::kAbort,
                                 Fault::kUncertainYes, Fault::kUncertainNo, Fault::kFenced,
                                 Fault::kBrokerGone};
    std::vector<Fault> faults;
    for (int i = 0; i < 60; ++i) faults.push_back(kFaults[random() % std::size(kFaults)]);
    harness.log.PlanFaults(faults);

    undisturbed.RunToEnd();
    harness.log.Close();
    for (int i = 0; i < 10'000; ++i) {
      holding.holds = random() % 3 > 0;
      const Result<Task::Progress> progress = harness.Step();
      if (progress.ok() && *progress == Task::Progress::kEnded) break;
      // Fenced, failed, or killed for no reason: another owner begins.
      if (!progress.ok() || random() % 10 == 0) harness.Restart();
      harness.clock.Advance(Duration(random() % 100));
    }
    const std::vector<std::string> ids = harness.CommandIds();
    EXPECT_EQ(AsSet(ids).size(), ids.size()) << "a command twice, seed " << base + run;
    EXPECT_EQ(AsSet(ids), AsSet(undisturbed.CommandIds())) << "seed " << base + run;
    EXPECT_EQ(harness.Accounted().consumed, 200u) << "seed " << base + run;
    EXPECT_GT(harness.log.abort_count(), 0u) << "nothing was tested, seed " << base + run;
    harness.task.reset();  // before `holding`
  }
}

}  // namespace
}  // namespace riposte::pipeline
