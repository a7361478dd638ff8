// Very many groups that are due at one moment: the task does them in transactions that are not
// beyond what it may put into one, and tells the same wherever it had to cut.
#include <algorithm>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "rules/rule/trigger_print.h"
#include "tests/engine/pipeline/held_committer.h"
#include "tests/engine/pipeline/kept_stores.h"
#include "tests/engine/pipeline/random_faults.h"
#include "tests/engine/pipeline/task_harness.h"
#include "tests/engine/pipeline/window_fixture.h"
#include "tests/support/environment.h"

namespace riposte::pipeline {
namespace {

using std::chrono::seconds;
using test::FieldOf;
using test::kPartition;

constexpr int kAssets = 60;
constexpr size_t kGroupBytesMax = 8'000;  // of what one firing or summary puts out

rule::Rule Complete(rule::Rule rule) {
  rule.canonical_trigger = rule::PrintTrigger(rule.trigger, test::EngineSchema()->catalogue);
  return rule;
}

// Two within 10 s, and what joins them in 20 s more.
rule::Rule CoolingDown() {
  rule::Rule rule = test::RuleFor("cooling");
  rule.trigger = rule::Count{.threshold = 2,
                             .within = seconds(10),
                             .cooldown = seconds(20),
                             .group_by = {FieldOf("event.asset")}};
  return Complete(std::move(rule));
}

// Told at the end of the day.
rule::Rule Daily() {
  rule::Rule rule = test::RuleFor("daily");
  rule.trigger = rule::Scheduled{.at_least = 1, .group_by = {FieldOf("event.asset")}};
  return Complete(std::move(rule));
}

// One, and no second one for 30 s.
rule::Rule Lonely() {
  rule::Rule rule = test::RuleFor("lonely");
  rule::Sequence sequence{.within = seconds(30)};
  for (const char* step : {"a", "b"})
    sequence.steps.push_back({.name = step,
                              .query = rule.query,
                              .absent = step == std::string("b"),
                              .by = {FieldOf("event.asset")}});
  rule.trigger = std::move(sequence);
  return Complete(std::move(rule));
}

Time At(int64_t second) { return test::TimeAt(test::kEventTime) + seconds(second); }

// Passes on what is committed, and keeps how much it was.
class Measuring final : public Committer {
 public:
  Measuring(std::unique_ptr<Committer> to, std::vector<size_t>& bytes)
      : to_(std::move(to)), bytes_(bytes) {}
  size_t MaxValueBytes(OutTopic topic) const override { return to_->MaxValueBytes(topic); }
  void Submit(std::span<const OutRecord> records, std::span<const NextOffset> offsets) override {
    size_t bytes = 0;
    for (const OutRecord& record : records)
      if (record.topic == OutTopic::kAlerts) bytes += record.key.size() + record.value.size();
    bytes_.push_back(bytes);
    to_->Submit(records, offsets);
  }
  std::optional<Result<Committed>> Take(Duration wait) override { return to_->Take(wait); }
  std::optional<int64_t> ChangelogNext() const override { return to_->ChangelogNext(); }

 private:
  std::unique_ptr<Committer> to_;
  std::vector<size_t>& bytes_;
};

class Moments : public test::TaskHarness {
 public:
  Moments() : TaskHarness({CoolingDown(), Daily(), Lonely()}) {
    keeps_windows = true;
    stores = &kept;
    log.SkipOffsets(kPartition, 0);
    make_committer = [this](std::unique_ptr<Outbox> outbox) {
      return std::make_unique<Measuring>(inner(std::move(outbox)), bytes);
    };
  }
  ~Moments() { task.reset(); }

  void Happens(int64_t second, std::string_view name, int asset) {
    const std::string id = "A" + std::to_string(asset);
    test::EventJson event =
        test::ProcessEvent(std::string(name) + std::to_string(happened_++), name);
    event.With("asset", id).With("time", FormatTime(At(second)));
    log.Append(kPartition, id, event.Text(), At(second));
  }
  // For each rule one moment at which a group of each asset is due, and what is to be judged behind
  // that.
  void AppendMoments() {
    for (int asset = 0; asset < kAssets; ++asset) {
      for (const int64_t second : {0, 0, 1}) Happens(second, "cooling", asset);
      for (const char* name : {"lonely", "daily"}) Happens(0, name, asset);
    }
    for (int asset = 0; asset < kAssets; asset += 7) {
      Happens(40, "cooling", asset);
      Happens(40, "cooling", asset);
    }
    Happens(3 * 24 * 3'600, "unmatched", 1);
    Happens(3 * 24 * 3'600, "lonely", 1);
  }
  std::vector<std::string> Alerts() const {
    std::vector<std::string> alerts;
    for (const OutRecord& record : log.Outputs(OutTopic::kAlerts)) alerts.push_back(Told(record));
    return alerts;
  }

  test::KeptStores kept;
  MakeCommitter inner = MakeDirectCommitter;
  std::vector<size_t> bytes;  // of alerts, by transaction

 private:
  static std::string Told(const OutRecord& record) {
    const json::Value alert = json::Parse(record.value).value();
    return std::string(alert.StringOr("kind", "?")) + " " +
           std::string(alert.StringOr("event_time", "?")) + " " +
           std::string(alert.StringOr("firing_id", "?"));
  }

  int happened_ = 0;
};

TEST(TaskMomentTest, NoTransactionIsBeyondTheBoundByMoreThanAGroup) {
  Moments at_once, bounded;
  bounded.options.commit_output_bytes_max = 20'000;
  at_once.options.commit_output_bytes_max = 1u << 30;
  for (Moments* task : {&at_once, &bounded}) {
    task->AppendMoments();
    task->RunToEnd();
  }
  // Each asset's two, its summary, day and absence.
  EXPECT_GT(at_once.Alerts().size(), 4u * kAssets);
  EXPECT_EQ(bounded.Alerts(), at_once.Alerts());
  EXPECT_GT(std::ranges::max(at_once.bytes), 5 * 20'000u) << "there is something to bound";
  EXPECT_LT(std::ranges::max(bounded.bytes), 20'000u + kGroupBytesMax);
}

TEST(TaskMomentTest, TheChangelogsBoundHoldsLikewise) {
  Moments at_once, bounded;
  bounded.options.commit_changelog_bytes_max = 1;
  for (Moments* task : {&at_once, &bounded}) {
    task->AppendMoments();
    task->RunToEnd();
  }
  EXPECT_EQ(bounded.Alerts(), at_once.Alerts());
  EXPECT_LT(std::ranges::max(bounded.bytes), kGroupBytesMax) << "each group for itself";
}

TEST(TaskMomentTest, WhereItIsCutAndWhatBefallsItChangesNothing) {
  const uint64_t base = test::NumberFromEnvironment("RIPOSTE_SEED", std::random_device{}());
  std::cout << "RIPOSTE_SEED=" << base << "\n";
  Moments undisturbed;
  undisturbed.AppendMoments();
  undisturbed.RunToEnd();
  for (unsigned run = 0; run < 4; ++run) {
    std::mt19937 random(base + run);
    test::Holding holding;
    Moments task;
    task.inner = test::Hold(holding);
    task.options.batch_records_max = 20 + random() % 100;
    task.options.commit_output_bytes_max = 1'000 + random() % 20'000;
    task.AppendMoments();
    EXPECT_TRUE(test::RunUnderFaults(task, holding, random)) << "seed " << base + run;
    EXPECT_EQ(task.Alerts(), undisturbed.Alerts()) << "seed " << base + run;
    task.task.reset();  // before `holding`
  }
}

}  // namespace
}  // namespace riposte::pipeline
