#include "engine/pipeline/task_orders.h"

#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "engine/state/memory_store.h"
#include "engine/state/segments.h"

namespace riposte::pipeline {
namespace {

using guard::Known;

constexpr Time kNow = TimeFromMs(1'000'000'000);
constexpr guard::MemoryOptions kOptions{.skew = std::chrono::minutes(15), .orders_max = 100};

remediate::Command CommandOf(uint8_t id, std::string asset) {
  remediate::Command command;
  command.id.bytes.fill(id);
  command.action = remediate::Action::kIsolateAsset;
  command.asset.id = std::move(asset);
  command.event_time = kNow;
  command.not_after = kNow + std::chrono::hours(1);
  return command;
}

class TaskOrdersTest : public testing::Test {
 protected:
  TaskOrdersTest() { Restart(); }
  void Restart() {
    Result<std::unique_ptr<TaskOrders>> made = TaskOrders::Make(store_, kOptions);
    ASSERT_TRUE(made.ok());
    orders_ = std::move(made).value();
  }
  void Order(uint8_t id, std::string asset) {
    EXPECT_EQ(orders_->memory().Remember(CommandOf(id, std::move(asset)), kNow),
              guard::Remembered::kYes);
  }
  Known Find(uint8_t id, std::string asset) {
    return orders_->memory()
        .Find(CommandOf(id, std::move(asset)), schema::EventType::kProcess, kNow)
        .known;
  }
  void Commit(const std::vector<state::Change>& sealed) {
    ASSERT_TRUE(store_.Apply(sealed, {}).ok());
    orders_->OnCommitted();
  }

  state::MemoryStore store_;
  std::unique_ptr<TaskOrders> orders_;
};

TEST_F(TaskOrdersTest, WhatIsCommittedIsThereAfterARestart) {
  Order(1, "A1");
  const std::vector<state::Change> first = orders_->Seal();
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(state::ParseRecordKey(first[0].key)->key,
            (state::StateKey{.kind = state::Kind::kOrdered, .definition = {}, .group = "A1"}));
  Order(2, "A2");
  Commit(first);
  orders_->Seal();
  Restart();
  EXPECT_EQ(orders_->restored().assets, 1u);
  EXPECT_EQ(Find(1, "A1"), Known::kSameCommand);
  EXPECT_EQ(Find(2, "A2"), Known::kNothing) << "it was not committed";
}

TEST_F(TaskOrdersTest, AnAbortTakesBackWhatIsSealedAndWhatIsOpen) {
  Order(1, "A1");
  Commit(orders_->Seal());
  Order(2, "A2");
  orders_->Seal();
  Order(3, "A3");
  orders_->Undo();
  EXPECT_EQ(Find(1, "A1"), Known::kSameCommand);
  EXPECT_EQ(Find(2, "A2"), Known::kNothing);
  EXPECT_EQ(Find(3, "A3"), Known::kNothing);
  Order(2, "A2");
  EXPECT_EQ(orders_->Seal().size(), 1u) << "done again";
}

TEST_F(TaskOrdersTest, WhatCountsNoMoreLeavesTheChangelog) {
  Order(1, "A1");
  Commit(orders_->Seal());
  orders_->OnTime(kNow + std::chrono::minutes(75));
  const std::vector<state::Change> nothing = orders_->Seal();
  EXPECT_TRUE(nothing.empty());
  Commit(nothing);
  orders_->OnTime(kNow + std::chrono::minutes(75) + Duration(1));
  const std::vector<state::Change> sealed = orders_->Seal();
  ASSERT_EQ(sealed.size(), 1u);
  EXPECT_EQ(sealed[0].value, std::nullopt);
  Commit(sealed);
  Restart();
  EXPECT_EQ(orders_->restored().assets, 0u);
}

TEST_F(TaskOrdersTest, WhatIsNoStateIsCounted) {
  std::vector<state::Change> changes;
  state::AppendChanges({.kind = state::Kind::kOrdered, .definition = {}, .group = "A1"}, "x", 0,
                       changes);
  ASSERT_TRUE(store_.Apply(changes, {}).ok());
  Restart();
  EXPECT_EQ(orders_->restored().refused, 1u);
  EXPECT_EQ(orders_->restored().assets, 0u);
}

TEST_F(TaskOrdersTest, ADamagedStoreIsToldOf) {
  std::vector<state::Change> changes;
  state::AppendChanges({.kind = state::Kind::kOrdered, .definition = {}, .group = "A1"},
                       std::string(40'000, 'x'), 0, changes);
  changes.pop_back();
  ASSERT_TRUE(store_.Apply(changes, {}).ok());
  EXPECT_EQ(TaskOrders::Make(store_, kOptions).status().code(), ErrorCode::kDamaged);
}

}  // namespace
}  // namespace riposte::pipeline
