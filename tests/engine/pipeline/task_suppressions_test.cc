#include "engine/pipeline/task_suppressions.h"

#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "engine/state/memory_store.h"
#include "engine/state/segments.h"
#include "tests/engine/pipeline/window_fixture.h"

namespace riposte::pipeline {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr Time kNow = TimeFromMs(1'000'000'000'000);
constexpr trigger::SuppressOptions kOptions{.allowed_lateness = hours(1), .keys_max = 3};

rule::RuleSetPtr RulesFor(Duration span) {
  rule::Rule silencing = test::RuleFor("evil");
  silencing.suppress = rule::Suppress{.by = {test::FieldOf("event.asset")}, .span = span};
  return test::RuleSetOf({test::RuleFor("good"), silencing});
}

class TaskSuppressionsTest : public testing::Test {
 protected:
  TaskSuppressionsTest() { Restart(); }
  void Restart() {
    auto made = TaskSuppressions::Make(Keys(), store_, kOptions, kNow);
    ASSERT_TRUE(made.ok());
    suppressions_ = std::move(made).value();
  }
  TaskSuppressions::Keys Keys() const {
    return std::make_shared<const trigger::SuppressKeys>(rules_);
  }
  // `keys`: of any rule set; the alert's rule is the second one.
  trigger::AlertKey KeyIn(const trigger::SuppressKeys& keys, std::string_view asset) {
    return *keys.KeyOfMatch(1, decoder_.Decode(test::EventJson("PROCESS").With("asset", asset)));
  }
  remediate::Firing FiringAt(Time time) const {
    remediate::Firing firing;
    firing.rule = &rules_->rules[1];
    firing.event_time = firing.append_time = time;
    return firing;
  }
  bool IsSilent(std::string_view asset, Duration later = {},
                const std::vector<std::string_view>& targets = {}) {
    const trigger::SuppressKeys keys(rules_);
    return suppressions_->IsSilent(FiringAt(kNow + later), KeyIn(keys, asset), targets);
  }
  void Commit(const std::vector<state::Change>& sealed) {
    ASSERT_TRUE(store_.Apply(sealed, {}).ok());
    suppressions_->OnCommitted();
  }

  test::EngineDecoder decoder_;
  rule::RuleSetPtr rules_ = RulesFor(hours(1));
  state::MemoryStore store_;
  std::unique_ptr<TaskSuppressions> suppressions_;
};

TEST_F(TaskSuppressionsTest, WhatIsCommittedIsThereAfterARestart) {
  EXPECT_FALSE(IsSilent("A1"));
  const std::vector<state::Change> first = suppressions_->Seal();
  ASSERT_EQ(first.size(), 1u);
  const state::StateKey key = state::ParseRecordKey(first[0].key)->key;
  EXPECT_EQ(key.kind, state::Kind::kSuppress);
  EXPECT_EQ(std::vector{key.definition}, suppressions_->definitions());
  EXPECT_FALSE(IsSilent("A2"));
  Commit(first);
  suppressions_->Seal();
  Restart();
  EXPECT_EQ(suppressions_->restored().keys, 1u);
  EXPECT_EQ(suppressions_->restored().refused, 0u);
  EXPECT_TRUE(IsSilent("A1", minutes(60)));
  EXPECT_FALSE(IsSilent("A2", minutes(60))) << "it was not committed";
}

TEST_F(TaskSuppressionsTest, AnAbortTakesBackWhatIsSealedAndWhatIsOpen) {
  EXPECT_FALSE(IsSilent("A1"));
  Commit(suppressions_->Seal());
  EXPECT_FALSE(IsSilent("A2"));
  suppressions_->Seal();
  EXPECT_FALSE(IsSilent("A3"));
  EXPECT_FALSE(IsSilent("A4")) << "at the bound another goes";
  EXPECT_EQ(suppressions_->effects().evicted.size(), 1u);
  suppressions_->Undo();
  EXPECT_TRUE(suppressions_->effects().evicted.empty());
  EXPECT_TRUE(IsSilent("A1"));
  EXPECT_FALSE(IsSilent("A2"));
  EXPECT_FALSE(IsSilent("A3"));
  EXPECT_EQ(suppressions_->Seal().size(), 3u) << "done again";
}

TEST_F(TaskSuppressionsTest, TimeEndsASpanAndItLeavesTheChangelog) {
  EXPECT_FALSE(IsSilent("A1"));
  EXPECT_TRUE(IsSilent("A1", minutes(60)));
  Commit(suppressions_->Seal());
  suppressions_->OnTime(kNow + hours(1));
  EXPECT_TRUE(suppressions_->effects().ended.empty());
  suppressions_->OnTime(kNow + hours(1) + Duration(1));
  ASSERT_EQ(suppressions_->effects().ended.size(), 1u);
  EXPECT_EQ(suppressions_->effects().ended[0].rule, 1u);
  EXPECT_EQ(suppressions_->effects().ended[0].span,
            (trigger::SilencedSpan{.first = kNow, .silenced = 1}));
  const std::vector<state::Change> sealed = suppressions_->Seal();
  ASSERT_EQ(sealed.size(), 1u);
  EXPECT_EQ(sealed[0].value, std::nullopt);
  Commit(sealed);
  Restart();
  EXPECT_EQ(suppressions_->restored().keys, 0u);
}

TEST_F(TaskSuppressionsTest, AnotherTargetIsTold) {
  EXPECT_FALSE(IsSilent("A1", {}, {"x"}));
  EXPECT_TRUE(IsSilent("A1", {}, {"x"}));
  EXPECT_FALSE(IsSilent("A1", {}, {"x", "y"}));
}

TEST_F(TaskSuppressionsTest, AnEventsClockIsBelievedNoFurtherThanInWindows) {
  remediate::Firing ahead = FiringAt(kNow);
  ahead.event_time = kNow + hours(24);
  const trigger::SuppressKeys keys(rules_);
  EXPECT_FALSE(suppressions_->IsSilent(ahead, KeyIn(keys, "A1"), {}));
  EXPECT_TRUE(IsSilent("A1", minutes(65)));
  EXPECT_FALSE(IsSilent("A1", minutes(65) + Duration(1)));
}

TEST_F(TaskSuppressionsTest, AKeyOfAnotherRuleSetIsNeverSilent) {
  const trigger::SuppressKeys keys(rules_), others(RulesFor(hours(2)));
  EXPECT_FALSE(IsSilent("A1"));
  EXPECT_FALSE(suppressions_->IsSilent(FiringAt(kNow), KeyIn(others, "A1"), {}));
  EXPECT_FALSE(suppressions_->IsSilent(FiringAt(kNow),
                                       {.definition = keys.definition(1), .key = "no key"}, {}));
  remediate::Firing another = FiringAt(kNow);
  another.rule = &rules_->rules[0];
  EXPECT_FALSE(suppressions_->IsSilent(
      another, {.definition = keys.definition(0), .key = KeyIn(keys, "A1").key}, {}));
  EXPECT_EQ(suppressions_->keys(), 1u);
}

TEST_F(TaskSuppressionsTest, AReloadKeepsWhatIsSilencedTheSameWay) {
  EXPECT_FALSE(IsSilent("A1"));
  Commit(suppressions_->Seal());
  EXPECT_FALSE(IsSilent("A2"));
  for (const Duration span : {hours(1), hours(2)}) {
    rules_ = RulesFor(span);
    suppressions_ = TaskSuppressions::TakeOver(Keys(), *suppressions_, kOptions);
    EXPECT_EQ(IsSilent("A1"), span == hours(1));
    EXPECT_EQ(IsSilent("A2"), span == hours(1));
  }
  EXPECT_EQ(suppressions_->Seal().size(), 2u);
}

TEST_F(TaskSuppressionsTest, WhatIsNoStateIsCounted) {
  const std::string key = KeyIn(trigger::SuppressKeys(rules_), "A1").key;
  std::vector<state::Change> changes;
  state::AppendChanges({.kind = state::Kind::kSuppress,
                        .definition = suppressions_->definitions().front(),
                        .group = key},
                       "x", 0, changes);
  ASSERT_TRUE(store_.Apply(changes, {}).ok());
  Restart();
  EXPECT_EQ(suppressions_->restored().refused, 1u);
  EXPECT_EQ(suppressions_->restored().keys, 0u);
}

TEST_F(TaskSuppressionsTest, ADamagedStoreIsToldOf) {
  const std::string key = KeyIn(trigger::SuppressKeys(rules_), "A1").key;
  std::vector<state::Change> changes;
  state::AppendChanges({.kind = state::Kind::kSuppress,
                        .definition = suppressions_->definitions().front(),
                        .group = key},
                       std::string(40'000, 'x'), 0, changes);
  changes.pop_back();
  ASSERT_TRUE(store_.Apply(changes, {}).ok());
  EXPECT_EQ(TaskSuppressions::Make(Keys(), store_, kOptions, kNow).status().code(),
            ErrorCode::kDamaged);
}

}  // namespace
}  // namespace riposte::pipeline
