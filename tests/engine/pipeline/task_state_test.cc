#include "engine/pipeline/task_state.h"

#include <gtest/gtest.h>

#include "rules/rule/trigger_print.h"
#include "tests/engine/pipeline/kept_stores.h"
#include "tests/engine/pipeline/task_harness.h"
#include "tests/engine/pipeline/window_fixture.h"

namespace riposte::pipeline {
namespace {

using test::kPartition;

rule::RuleSetPtr Pairs() {
  rule::Rule pair = test::WithCount(test::RuleFor("evil"), {test::FieldOf("event.asset")});
  pair.canonical_trigger = rule::PrintTrigger(pair.trigger, test::EngineSchema()->catalogue);
  return test::RuleSetOf({pair});
}

class TaskStateTest : public testing::Test {
 protected:
  std::unique_ptr<TaskState> Make() {
    pipeline::Assignment assignment = memory::AssignStateTask(log_, {&kPartition, 1}, "test");
    outbox_ = std::move(assignment.outbox);
    return std::make_unique<TaskState>(std::move(*assignment.state),
                                       std::vector<std::string>{"edr-0"}, TaskState::Options{},
                                       &stores_, &clock_, &observer_);
  }
  // An event of the asset matched.
  void Match(TaskState& state, std::string_view asset) {
    const event::Event& event = decoder_.Decode(test::EventJson("PROCESS").With("asset", asset));
    const match::Match match{};
    state.windows()->OnMatches(event, {&match, 1}, remediate::SubjectOf(event, {}));
    state.windows()->Forget();
  }
  void Commit(TaskState& state) {
    records_ = state.Seal();
    ASSERT_EQ(*outbox_->Commit(records_, {}), Committed::kYes);
    state.OnCommitted(outbox_->ChangelogNext());
  }

  memory::MemoryLog log_;
  test::KeptStores stores_;
  test::ManualClock clock_{test::TimeAt(test::kEventTime)};
  test::RecordingObserver observer_;
  const LiveRulesPtr live_ = LiveRules::Compile(Pairs(), {});
  test::EngineDecoder decoder_;
  std::unique_ptr<Outbox> outbox_;
  std::vector<OutRecord> records_;
};

TEST_F(TaskStateTest, TheFirstTransactionBeginsWithTheChangelogsBirth) {
  const std::unique_ptr<TaskState> state = Make();
  EXPECT_EQ(state->windows(), nullptr);
  ASSERT_TRUE(state->TakeOver(*live_).ok());
  Match(*state, "A1");
  // Birth, group and clock; all for the task's partition.
  EXPECT_EQ(state->Seal().size(), 3u);
  state->Undo();
  Match(*state, "A1");
  Commit(*state);
  EXPECT_EQ(records_.size(), 3u) << "it was not committed before";
  for (const OutRecord& record : records_) {
    EXPECT_EQ(record.topic, OutTopic::kChangelog);
    EXPECT_EQ(record.partition, 0);
    EXPECT_FALSE(record.deletes);
  }
  Match(*state, "A2");
  Commit(*state);
  EXPECT_EQ(records_.size(), 2u);
}

TEST_F(TaskStateTest, WhatGoesIsDeleted) {
  const std::unique_ptr<TaskState> state = Make();
  ASSERT_TRUE(state->TakeOver(*live_).ok());
  Match(*state, "A1");
  Commit(*state);
  ASSERT_TRUE(state->UseRules(*LiveRules::Compile(test::RuleSetOf({}), {})).ok());
  Commit(*state);
  ASSERT_EQ(records_.size(), 2u);
  EXPECT_TRUE(records_[0].deletes);
  EXPECT_TRUE(records_[0].value.empty());
}

TEST_F(TaskStateTest, WhatAnotherOwnerCommittedIsFound) {
  {
    const std::unique_ptr<TaskState> state = Make();
    ASSERT_TRUE(state->TakeOver(*live_).ok());
    Match(*state, "A1");
    Commit(*state);
    Match(*state, "A2");
  }
  const std::unique_ptr<TaskState> state = Make();
  ASSERT_TRUE(state->TakeOver(*live_).ok());
  EXPECT_EQ(state->windows()->groups(), 1u);
  EXPECT_EQ(observer_.starts.back().restored, 1u);
}

TEST_F(TaskStateTest, ADiskThatFailsAndRecoversIsToldOnceEach) {
  const std::unique_ptr<TaskState> state = Make();
  ASSERT_TRUE(state->TakeOver(*live_).ok());
  stores_.full = true;
  for (const char* asset : {"A1", "A2"}) {
    Match(*state, asset);
    Commit(*state);
  }
  stores_.full = false;
  for (const char* asset : {"A3", "A4"}) {
    Match(*state, asset);
    Commit(*state);
  }
  EXPECT_EQ(observer_.store_lags, (std::vector<ErrorCode>{ErrorCode::kIo, ErrorCode::kOk}));
}

}  // namespace
}  // namespace riposte::pipeline
