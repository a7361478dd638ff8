// Tasks that share the windows by way of the shuffle, against one that keeps them all.
#include <algorithm>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/pipeline/task.h"
#include "engine/pipeline/unknown_definitions.h"
#include "rules/rule/trigger_print.h"
#include "tests/engine/pipeline/kept_stores.h"
#include "tests/engine/pipeline/random_faults.h"
#include "tests/engine/pipeline/task_harness.h"
#include "tests/engine/pipeline/window_fixture.h"
#include "tests/support/environment.h"

namespace riposte::pipeline {
namespace {

using std::chrono::seconds;
using test::FieldOf;

rule::Rule PairOf(std::string_view name) {
  rule::Rule rule = test::KillRule(name, rule::AutoMode::kEnforce);
  rule.trigger =
      rule::Count{.threshold = 2, .within = seconds(10), .group_by = {FieldOf("event.asset")}};
  rule.canonical_trigger = rule::PrintTrigger(rule.trigger, test::EngineSchema()->catalogue);
  return rule;
}

Time At(int64_t second) { return test::TimeAt(test::kEventTime) + seconds(second); }
PartitionId Edr(int32_t partition) { return {.topic = "edr", .partition = partition}; }

// A task that keeps windows for each of the first partitions, and one that keeps none.
class Group {
 public:
  static constexpr int32_t kStateTasks = 2;
  static constexpr int32_t kPartitions = 3;

  explicit Group(std::vector<rule::Rule> rules) {
    standing_.enforcement.enabled = true;
    standing_.arming = std::make_shared<test::AlwaysArmed>();
    UseRules(std::move(rules));
    for (int32_t partition = 0; partition < kPartitions; ++partition)
      log.SkipOffsets(Edr(partition), 0);
    for (int32_t number = 0; number < kStateTasks; ++number)
      log.SkipOffsets({.topic = memory::kShuffleTopic, .partition = number}, 0);
    tasks_.resize(kPartitions);
  }

  void UseRules(std::vector<rule::Rule> rules) {
    live_ = LiveRules::Compile(test::RuleSetOf(std::move(rules)), {"test"});
  }
  void Happens(int32_t partition, int64_t second, std::string_view id, std::string_view name,
               std::string_view asset) {
    test::EventJson event = test::ProcessEvent(id, name);
    event.With("asset", asset).With("time", FormatTime(At(second)));
    log.Append(Edr(partition), "", event.Text(), At(second));
  }
  void Restart(size_t task) {
    const auto number = static_cast<int32_t>(task);
    const PartitionId input = Edr(number);
    const bool keeps = number < kStateTasks;
    tasks_[task].reset();
    Assignment assignment =
        memory::AssignShared(log, {&input, 1}, "test", kStateTasks,
                             keeps ? std::optional<int32_t>(number) : std::nullopt);
    if (adjust) adjust(assignment);
    tasks_[task] = std::make_unique<Task>(
        std::move(assignment), options,
        Surroundings{
            .clock = &clock, .guards = &guards_, .observer = &observer, .stores = &stores_});
  }
  Status Step(size_t task) {
    if (tasks_[task] == nullptr) Restart(task);
    return tasks_[task]
        ->Step(
            live_, [this]() -> const Standing& { return standing_; }, Duration::zero())
        .status();
  }
  // All that is there is worked on and committed, if the rounds suffice.
  void Settle(int rounds = 40) {
    for (int round = 0; round < rounds; ++round) {
      for (size_t task = 0; task < tasks_.size(); ++task)
        if (!Step(task).ok()) Restart(task);
      clock.Advance(options.commit_interval);
    }
  }
  std::vector<std::string> Fired() const {
    std::vector<std::string> ids;
    for (const OutRecord& record : log.Outputs(OutTopic::kAlerts)) {
      const json::Value alert = json::Parse(record.value).value();
      ids.emplace_back(alert.StringOr("firing_id", "?"));
    }
    std::ranges::sort(ids);
    return ids;
  }
  uint64_t Silenced() const {
    uint64_t silenced = 0;
    for (const test::RecordingObserver::Commit& commit : observer.commits)
      silenced += commit.counts.suppress.silenced;
    return silenced;
  }
  uint64_t Received(ShuffleReject reject) const {
    uint64_t received = 0;
    for (const test::RecordingObserver::Commit& commit : observer.commits)
      received += commit.counts.shuffle.received[static_cast<size_t>(reject)];
    return received;
  }

  test::ManualClock clock{At(0)};
  memory::MemoryLog log;
  test::RecordingObserver observer;
  TaskOptions options;
  std::function<void(Assignment& assignment)> adjust;  // each before it is worked on

 private:
  Standing standing_;
  const guard::Chain guards_ = guard::StandardChain({});
  test::KeptStores stores_;
  LiveRulesPtr live_;
  std::vector<std::unique_ptr<Task>> tasks_;
};

TEST(TaskShuffleTest, WhatAnotherTaskOwnsIsCountedThere) {
  Group group({PairOf("evil")});
  for (int asset = 0; asset < 8; ++asset)
    for (int second = 0; second < 2; ++second)
      group.Happens(asset % Group::kPartitions, second,
                    "e" + std::to_string(asset) + "-" + std::to_string(second), "evil",
                    "A" + std::to_string(asset));
  group.Settle();
  EXPECT_EQ(group.Fired().size(), 8u);
  EXPECT_GT(group.log.Outputs(OutTopic::kShuffle).size(), 4u);
  EXPECT_GT(group.Received(ShuffleReject::kNone), 4u);
}

TEST(TaskShuffleTest, AnAssetsEventsComeTogetherFromAllInputs) {
  Group group({PairOf("evil")});
  group.Happens(0, 0, "e1", "evil", "A1");
  group.Happens(2, 1, "e2", "evil", "A1");
  group.Settle();
  EXPECT_EQ(group.Fired().size(), 1u);
}

TEST(TaskShuffleTest, OthersHearHowFarATaskIs) {
  Group group({PairOf("evil")});
  group.Happens(2, 5, "e1", "good", "A1");
  group.Settle();
  EXPECT_GE(group.log.Outputs(OutTopic::kShuffle).size(), 2u) << "a tick to each";
}

TEST(TaskShuffleTest, WithoutWindowsNobodySaysAnything) {
  Group group({test::RuleFor("evil")});
  group.Happens(2, 5, "e1", "evil", "A1");
  group.Settle();
  EXPECT_EQ(group.Fired().size(), 1u);
  EXPECT_TRUE(group.log.Outputs(OutTopic::kShuffle).empty());
}

TEST(TaskShuffleTest, WhatIsNotKnownYetWaitsForTheReloadThatBringsIt) {
  Group group({PairOf("evil")});
  for (int i = 0; i < 4; ++i)
    group.Happens(2, i % 2, "e" + std::to_string(i), "evil", i < 2 ? "A1" : "A2");
  ASSERT_TRUE(group.Step(2).ok());
  group.clock.Advance(group.options.commit_interval);
  ASSERT_TRUE(group.Step(2).ok());
  group.UseRules({});
  for (size_t task : {0, 1, 0, 1}) ASSERT_TRUE(group.Step(task).ok());
  group.UseRules({PairOf("evil")});
  group.Settle();
  EXPECT_EQ(group.Fired().size(), 2u);
}

TEST(TaskShuffleTest, WhatNobodyBringsIsDroppedAfterAWhile) {
  Group group({PairOf("evil")});
  group.Happens(2, 0, "e1", "evil", "A1");
  ASSERT_TRUE(group.Step(2).ok());
  group.clock.Advance(group.options.commit_interval);
  ASSERT_TRUE(group.Step(2).ok());
  group.UseRules({});
  for (size_t task : {0, 1}) ASSERT_TRUE(group.Step(task).ok());
  group.clock.Advance(UnknownDefinitions::kWait);
  group.Settle();
  EXPECT_EQ(group.Received(ShuffleReject::kUnknownRule), 1u);
}

// One that can be made to fail.
class Unreliable final : public Input {
 public:
  Unreliable(std::unique_ptr<Input> behind, const bool& fails)
      : behind_(std::move(behind)), fails_(fails) {}
  const PartitionId& id() const override { return behind_->id(); }
  Status Poll(size_t max_records, size_t max_bytes, Duration wait,
              std::vector<Record>& records) override {
    if (fails_) return {ErrorCode::kUnavailable, "no broker answers"};
    return behind_->Poll(max_records, max_bytes, wait, records);
  }
  Status Rewind(int64_t offset) override { return behind_->Rewind(offset); }
  int64_t Lag() const override { return behind_->Lag(); }

 private:
  const std::unique_ptr<Input> behind_;
  const bool& fails_;
};

// What the shuffle brought is whole before an input behind it is asked, whatever that does.
TEST(TaskShuffleTest, WhatARecordCompletesIsCommittedWithIt) {
  Group group({PairOf("evil")});
  bool fails = false;
  group.adjust = [&fails](Assignment& assignment) {
    for (Source& source : assignment.sources)
      if (!source.is_shuffle)
        source.input = std::make_unique<Unreliable>(std::move(source.input), fails);
  };
  group.Settle();
  for (int second = 0; second < 2; ++second)
    group.Happens(2, second, "e" + std::to_string(second), "evil", "A1");
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(group.Step(2).ok());
    group.clock.Advance(group.options.commit_interval);
  }
  ASSERT_GE(group.log.Outputs(OutTopic::kShuffle).size(), 2u);
  fails = true;
  for (const size_t task : {0, 1}) EXPECT_FALSE(group.Step(task).ok());
  EXPECT_EQ(group.Received(ShuffleReject::kNone), group.log.Outputs(OutTopic::kShuffle).size());
  EXPECT_EQ(group.Fired().size(), 1u);
}

TEST(TaskShuffleTest, ABatchOfTheShuffleIsNotOneTransactionHoweverMuchItBringsAbout) {
  Group group({PairOf("evil")});
  for (int asset = 0; asset < 40; ++asset)
    for (int second = 0; second < 2; ++second)
      group.Happens(2, second, "e" + std::to_string(asset) + "-" + std::to_string(second), "evil",
                    "A" + std::to_string(asset));
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(group.Step(2).ok());
    group.clock.Advance(group.options.commit_interval);
  }
  group.options.commit_output_bytes_max = 10'000;
  const size_t before = group.log.commit_count();
  for (const size_t task : {0, 1}) ASSERT_TRUE(group.Step(task).ok());
  EXPECT_GT(group.log.commit_count(), before + 5);
  group.Settle();
  EXPECT_EQ(group.Fired().size(), 40u);
}

rule::Rule Isolating(std::string_view name) {
  return test::IsolateRule(name, rule::AutoMode::kEnforce);
}

TEST(TaskShuffleTest, TheOwnerOfTheAssetOrdersOnceWhoeverFindsIt) {
  Group group({Isolating("evil")});
  for (int32_t partition = 0; partition < Group::kPartitions; ++partition)
    for (int asset = 0; asset < 4; ++asset)
      group.Happens(partition, 0, "e" + std::to_string(partition) + std::to_string(asset), "evil",
                    "A" + std::to_string(asset));
  group.Settle();
  EXPECT_EQ(group.Fired().size(), 12u) << "all are told";
  EXPECT_EQ(group.log.Outputs(OutTopic::kCommands).size(), 4u);
  uint64_t sent = 0, taken = 0, fired = 0;
  for (const test::RecordingObserver::Commit& commit : group.observer.commits) {
    sent += commit.counts.shuffle.proposals_sent;
    taken += commit.counts.shuffle.proposals_taken;
    for (const uint64_t firings : commit.counts.firings) fired += firings;
  }
  EXPECT_GE(sent, 4u);
  EXPECT_EQ(taken, sent);
  EXPECT_EQ(fired, 12u) << "by who found it";
}

TEST(TaskShuffleTest, AProposalWaitsForTheReloadThatBringsItsRule) {
  Group group({Isolating("evil")});
  group.Happens(2, 0, "e1", "evil", "A1");
  ASSERT_TRUE(group.Step(2).ok());
  group.clock.Advance(group.options.commit_interval);
  ASSERT_TRUE(group.Step(2).ok());
  ASSERT_EQ(group.log.Outputs(OutTopic::kShuffle).size(), 1u);
  group.UseRules({});
  for (const size_t task : {0, 1, 0, 1}) ASSERT_TRUE(group.Step(task).ok());
  EXPECT_TRUE(group.Fired().empty());
  group.UseRules({Isolating("evil")});
  group.Settle();
  EXPECT_EQ(group.Fired().size(), 1u);
  EXPECT_EQ(group.log.Outputs(OutTopic::kCommands).size(), 1u);
}

TEST(TaskShuffleTest, AProposalOfARuleThatNobodyBringsIsDroppedAfterAWhile) {
  Group group({Isolating("evil")});
  group.Happens(2, 0, "e1", "evil", "A1");
  ASSERT_TRUE(group.Step(2).ok());
  group.clock.Advance(group.options.commit_interval);
  ASSERT_TRUE(group.Step(2).ok());
  group.UseRules({});
  for (const size_t task : {0, 1}) ASSERT_TRUE(group.Step(task).ok());
  group.clock.Advance(UnknownDefinitions::kWait);
  group.Settle();
  EXPECT_EQ(group.Received(ShuffleReject::kUnknownRule), 1u);
  EXPECT_TRUE(group.Fired().empty());
}

rule::Rule Silencing(rule::Rule rule, Duration span = seconds(60)) {
  rule.suppress = rule::Suppress{.by = {FieldOf("event.asset")}, .span = span};
  return rule;
}

TEST(TaskShuffleTest, TheOwnerOfTheAssetKnowsWhatIsSilent) {
  for (const rule::Rule& rule :
       {test::RuleFor("evil"), test::IsolateRule("evil", rule::AutoMode::kDryRun)}) {
    Group group({Silencing(rule)});
    for (int32_t partition = 0; partition < Group::kPartitions; ++partition)
      for (int asset = 0; asset < 4; ++asset)
        group.Happens(partition, 0, "e" + std::to_string(partition) + std::to_string(asset), "evil",
                      "A" + std::to_string(asset));
    group.Settle();
    EXPECT_EQ(group.Fired().size(), 4u);
    EXPECT_EQ(group.Silenced(), 8u);
  }
}

// Its asset is not that of its group, and nothing may be ordered.
TEST(TaskShuffleTest, TheOwnerOfAWindowsAssetKnowsWhatIsSilent) {
  rule::Rule rule = test::RuleFor("evil");
  rule::Count count{.threshold = 1, .within = seconds(1), .group_by = {FieldOf("event.id")}};
  rule.trigger = count;
  rule.canonical_trigger = rule::PrintTrigger(rule.trigger, test::EngineSchema()->catalogue);
  Group group({Silencing(rule)});
  for (int i = 0; i < 12; ++i)
    group.Happens(i % Group::kPartitions, i, "e" + std::to_string(i), "evil", "A1");
  group.Settle();
  EXPECT_EQ(group.Fired().size(), 1u);
  EXPECT_EQ(group.Silenced(), 11u);
}

TEST(TaskShuffleTest, AKeyOfAnotherSuppressIsNotSilent) {
  Group group({Silencing(test::RuleFor("evil"))});
  group.Happens(2, 0, "e1", "evil", "A1");
  group.Happens(2, 1, "e2", "evil", "A1");
  ASSERT_TRUE(group.Step(2).ok());
  group.clock.Advance(group.options.commit_interval);
  ASSERT_TRUE(group.Step(2).ok());
  group.UseRules({Silencing(test::RuleFor("evil"), seconds(61))});
  group.Settle();
  EXPECT_EQ(group.Fired().size(), 2u);
}

// Faults and new owners at any time, then whatever is still to do.
void WorkUnderFaults(Group& group, std::mt19937& random) {
  group.log.PlanFaults(test::RandomFaults(random, 80));
  group.options.batch_records_max = 1 + random() % 20;
  group.options.commit_output_bytes_max = 500 + random() % 5'000;
  for (int i = 0; i < 300; ++i) {
    const size_t task = random() % Group::kPartitions;
    if (!group.Step(task).ok() || random() % 20 == 0) group.Restart(task);
    group.clock.Advance(Duration(random() % 50));
  }
  // What came of all events may be left, in batches of one record.
  group.Settle(600);
}

// Faults and new owners at any time: each match is told once, each asset ordered for once.
TEST(TaskShuffleTest, FaultsOrderNothingTwice) {
  const uint64_t base = test::NumberFromEnvironment("RIPOSTE_SEED", std::random_device{}());
  std::cout << "RIPOSTE_SEED=" << base << "\n";
  for (unsigned run = 0; run < 8; ++run) {
    std::mt19937 random(base + run);
    Group group({Isolating("evil")});
    for (int i = 0; i < 120; ++i)
      group.Happens(static_cast<int32_t>(random() % Group::kPartitions), i, "e" + std::to_string(i),
                    "evil", "A" + std::to_string(i < 9 ? i : static_cast<int>(random() % 9)));
    WorkUnderFaults(group, random);
    const std::vector<std::string> fired = group.Fired();
    EXPECT_EQ(fired.size(), 120u) << "seed " << base + run;
    EXPECT_EQ(std::ranges::adjacent_find(fired), fired.end()) << "seed " << base + run;
    EXPECT_EQ(group.log.Outputs(OutTopic::kCommands).size(), 9u) << "seed " << base + run;
  }
}

// What several tasks tell under faults and new owners at any time is what one does that has it all.
// Returns how many alerts.
size_t ExpectSameUnderFaults(const rule::Rule& rule, unsigned seed) {
  std::mt19937 random(seed);
  Group group({rule});
  test::TaskHarness one({rule});
  one.keeps_windows = true;
  one.log.SkipOffsets(test::kPartition, 0);
  int64_t second = 0;
  for (int i = 0; i < 150; ++i) {
    second += static_cast<int64_t>(random() % 3);
    // An asset's events are in one partition, so that they are in the same order for all.
    const auto asset = static_cast<int32_t>(random() % 7);
    const std::string id = "e" + std::to_string(i), name = random() % 2 == 0 ? "evil" : "good";
    group.Happens(asset % Group::kPartitions, second, id, name, "A" + std::to_string(asset));
    test::EventJson event = test::ProcessEvent(id, name);
    event.With("asset", "A" + std::to_string(asset)).With("time", FormatTime(At(second)));
    one.log.Append(test::kPartition, "", event.Text(), At(second));
  }
  one.RunToEnd();
  WorkUnderFaults(group, random);
  std::vector<std::string> expected;
  for (const json::Value& alert : one.Outputs(OutTopic::kAlerts))
    expected.emplace_back(alert.StringOr("firing_id", "?"));
  std::ranges::sort(expected);
  EXPECT_EQ(group.Fired(), expected) << "seed " << seed;
  return expected.size();
}

TEST(TaskShuffleTest, FaultsChangeNothingThatIsFired) {
  const uint64_t base = test::NumberFromEnvironment("RIPOSTE_SEED", std::random_device{}());
  std::cout << "RIPOSTE_SEED=" << base << "\n";
  size_t fired = 0;
  for (unsigned run = 0; run < 8; ++run)
    fired += ExpectSameUnderFaults(PairOf("evil"), static_cast<unsigned>(base + run));
  EXPECT_GT(fired, 100u);
}

TEST(TaskShuffleTest, FaultsChangeNothingThatIsSilent) {
  const uint64_t base = test::NumberFromEnvironment("RIPOSTE_SEED", std::random_device{}());
  std::cout << "RIPOSTE_SEED=" << base << "\n";
  size_t fired = 0;
  const rule::Rule rule = Silencing(test::RuleFor("evil"), seconds(30));
  for (unsigned run = 0; run < 8; ++run)
    fired += ExpectSameUnderFaults(rule, static_cast<unsigned>(base + run));
  EXPECT_GT(fired, 100u);
}

}  // namespace
}  // namespace riposte::pipeline
