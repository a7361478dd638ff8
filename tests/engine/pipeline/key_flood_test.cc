// One rule gets ever new groups: it stays within its bound, in memory, in what is stored and in
// what a restart finds, says what it has forgotten, and other rules count on as if it were not
// there.
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "engine/pipeline/task_windows.h"
#include "engine/state/memory_store.h"
#include "tests/support/engine_fixture.h"

namespace riposte::pipeline {
namespace {

constexpr size_t kGroupsMax = 500;
constexpr size_t kSteadyAssets = 40;
constexpr size_t kSteadyThreshold = 5;
constexpr size_t kEventsACommit = 700;
const std::vector<std::string> kInputs = {"edr/0"};
enum RuleIndex : uint32_t { kFlooded, kSteady };

rule::RuleSetPtr Rules() {
  rule::Rule flooded = test::RuleFor("flooded");
  flooded.trigger = rule::Count{.threshold = 2,
                                .within = std::chrono::hours(1),
                                .group_by = {test::EngineSchema()->catalogue.Find("event.asset")}};
  rule::Rule steady = test::RuleFor("steady");
  steady.trigger = rule::Count{.threshold = kSteadyThreshold,
                               .within = std::chrono::hours(1),
                               .group_by = {test::EngineSchema()->catalogue.Find("event.asset")}};
  return test::RuleSetOf({flooded, steady});
}

class KeyFloodTest : public testing::Test {
 protected:
  KeyFloodTest() { Start(); }

  void Start() {
    Result<std::unique_ptr<TaskWindows>> made =
        TaskWindows::Make(values_, kInputs, store_, {.windows = {.groups_max = kGroupsMax}}, now_);
    ASSERT_TRUE(made.ok()) << made.status().message();
    windows_ = std::move(made).value();
  }

  // `flood` events of as many assets, and among them one in `every` of an asset of the other rule.
  void Flood(size_t flood, size_t every) {
    for (size_t i = 0; i < flood; ++i) {
      See(kFlooded, "F" + std::to_string(flooded_++));
      if (i % every == 0) See(kSteady, "S" + std::to_string(steady_++ % kSteadyAssets));
    }
    Commit();
  }

  void See(RuleIndex rule, const std::string& asset) {
    now_ += Duration(1);
    const event::Event& event = decoder_.Decode(test::EventJson("PROCESS").With("asset", asset));
    const match::Match match{.rule = rule};
    windows_->OnRecord(0, now_, now_, now_);
    windows_->OnMatches(event, {&match, 1},
                        remediate::SubjectOf(event, {.topic = "edr",
                                                     .partition = 0,
                                                     .offset = static_cast<int64_t>(++seen_),
                                                     .index = 0,
                                                     .append_time = now_}));
    windows_->OnTime(now_);
    const trigger::Effects& effects = windows_->effects();
    for (const trigger::Firing& firing : effects.firings) ++firings_[firing.rule];
    for (const trigger::EvictedGroup& group : effects.evicted) ++evicted_[group.rule];
    windows_->Forget();
    if (seen_ % kEventsACommit == 0) Commit();
  }

  void Commit() {
    const std::vector<state::Change> changes = windows_->Seal();
    ASSERT_TRUE(store_.Apply(changes, {}).ok());
    windows_->OnCommitted();
  }

  size_t Stored() const {
    size_t stored = 0;
    const auto count = [&stored](std::string_view, std::string_view) { return ++stored > 0; };
    EXPECT_TRUE(store_.Scan("", count).ok());
    return stored;
  }

  const std::shared_ptr<const trigger::MatchValues> values_ =
      std::make_shared<const trigger::MatchValues>(Rules());
  state::MemoryStore store_;
  test::EngineDecoder decoder_;
  Time now_ = test::TimeAt(test::kEventTime);
  std::unique_ptr<TaskWindows> windows_;
  size_t seen_ = 0, flooded_ = 0, steady_ = 0;
  uint64_t firings_[2] = {}, evicted_[2] = {};
};

TEST_F(KeyFloodTest, AtTheBoundNothingGoes) {
  Flood(kGroupsMax, 1);
  EXPECT_EQ(evicted_[kFlooded], 0u);
  See(kFlooded, "one more");
  EXPECT_EQ(evicted_[kFlooded], 1u);
}

TEST_F(KeyFloodTest, StaysInBoundsAndLeavesOtherRulesAlone) {
  Flood(2 * kGroupsMax, 10);
  const size_t memory = windows_->MemoryBytes();
  Flood(20 * kGroupsMax, 10);
  EXPECT_EQ(windows_->groups(), kGroupsMax + kSteadyAssets);
  EXPECT_LE(windows_->MemoryBytes(), memory + memory / 20) << "later keys are a little longer";
  EXPECT_EQ(Stored(), kGroupsMax + kSteadyAssets + 1) << "and how far the task is";

  EXPECT_EQ(evicted_[kFlooded], flooded_ - kGroupsMax);
  EXPECT_EQ(firings_[kFlooded], 0u);
  EXPECT_EQ(evicted_[kSteady], 0u);
  EXPECT_EQ(firings_[kSteady], steady_ / kSteadyAssets / kSteadyThreshold * kSteadyAssets);
  EXPECT_GT(firings_[kSteady], kSteadyAssets);

  Start();
  EXPECT_EQ(windows_->restored().groups, kGroupsMax + kSteadyAssets);
  EXPECT_EQ(windows_->restored().refused, 0u);
}

}  // namespace
}  // namespace riposte::pipeline
