#include "engine/state/task_store.h"

#include <random>

#include <gtest/gtest.h>

#include "engine/state/memory_store.h"
#include "tests/engine/state/listed_changelog.h"
#include "tests/engine/state/store_contract.h"
#include "tests/support/manual_clock.h"

namespace riposte::state {
namespace {

// What is on the disk, and what befalls it.
struct Disk {
  std::map<std::string, std::string> values;
  std::optional<Mark> mark;
  bool full = false;
  bool damaged = false;
  int wiped = 0;
};

class DiskStore final : public Store {
 public:
  explicit DiskStore(Disk& disk) : disk_(disk) {}
  std::optional<Mark> mark() const override { return disk_.mark; }
  Result<std::optional<std::string>> Get(std::string_view) const override {
    return std::optional<std::string>();
  }
  Status Apply(std::span<const Change> changes, const Mark& mark) override {
    if (disk_.full) return {ErrorCode::kIo, "no space left"};
    if (disk_.damaged) return {ErrorCode::kDamaged, "bad block"};
    for (const Change& change : changes) {
      if (change.value) {
        disk_.values[change.key] = *change.value;
      } else {
        disk_.values.erase(change.key);
      }
    }
    disk_.mark = mark;
    return Status::Ok();
  }
  Status Scan(std::string_view prefix, const Each& each) const override {
    for (const auto& [key, value] : disk_.values)
      if (key.starts_with(prefix) && !each(key, value)) break;
    return Status::Ok();
  }

 private:
  Disk& disk_;
};

class DiskStores final : public Stores {
 public:
  explicit DiskStores(Disk& disk) : disk_(disk) {}
  Result<Opened> Open(std::string_view) override {
    if (cannot_open) return Status(ErrorCode::kIo, "read-only file system");
    Opened opened{.store = std::make_unique<DiskStore>(disk_)};
    if (std::exchange(disk_.damaged, false)) {
      opened.wiped = "bad block";
      (void)Wipe("");
    }
    return opened;
  }
  Status Wipe(std::string_view) override {
    disk_.values.clear();
    disk_.mark.reset();
    ++disk_.wiped;
    return Status::Ok();
  }
  bool cannot_open = false;

 private:
  Disk& disk_;
};

class TaskStoreTest : public testing::Test {
 protected:
  void TakeOver() {
    task_.reset();
    Result<std::unique_ptr<TaskStore>> taken =
        TaskStore::TakeOver("0", stores_, changelog_, clock_);
    ASSERT_TRUE(taken.ok()) << taken.status().message();
    task_ = std::move(taken).value();
  }
  // A transaction of the task's owner.
  void Commit(std::vector<Change> changes, bool offset_is_known = true) {
    if (task_->birth()) changes.insert(changes.begin(), *task_->birth());
    const int64_t next = changelog_.Append(changes);
    task_->OnCommitted(changes, offset_is_known ? std::optional<int64_t>(next) : std::nullopt);
  }
  static Change Put(std::string key, std::string value) {
    return {.key = "\x02" + key, .value = std::move(value)};
  }
  std::string Contents(std::string_view prefix = "\x02") const {
    std::string text;
    for (const auto& [key, value] : ContentsOf(task_->store(), prefix))
      text += key.substr(1) + "=" + value + " ";
    return text;
  }

  Disk disk_;
  DiskStores stores_{disk_};
  ListedChangelog changelog_;
  test::ManualClock clock_{TimeFromMs(1'000'000)};
  std::unique_ptr<TaskStore> task_;
};

TEST_F(TaskStoreTest, ANewChangelogBeginsWithItsBirth) {
  TakeOver();
  ASSERT_TRUE(task_->birth());
  EXPECT_EQ(task_->start().replayed, 0);
  Commit({});
  EXPECT_FALSE(task_->birth());
  Commit({Put("a", "1")});
  TakeOver();
  EXPECT_FALSE(task_->birth());
  EXPECT_EQ(Contents(), "a=1 ");
  EXPECT_EQ(task_->start().replayed, 0) << "the store had everything";
  EXPECT_EQ(task_->start().unusable, Unusable::kNone);
}

TEST_F(TaskStoreTest, ABirthThatWasAbortedIsMadeAnew) {
  TakeOver();
  changelog_.end += 3;  // records and marker of the aborted transaction
  TakeOver();
  ASSERT_TRUE(task_->birth());
  Commit({Put("a", "1")});
  TakeOver();
  EXPECT_FALSE(task_->birth());
  EXPECT_EQ(Contents(), "a=1 ");
}

TEST_F(TaskStoreTest, AnotherMachineReadsTheChangelog) {
  TakeOver();
  Commit({Put("a", "1"), Put("b", "2")});
  Commit({{.key = "\x02"
                  "a",
           .value = std::nullopt}});
  disk_ = {};
  TakeOver();
  EXPECT_EQ(Contents(), "b=2 ");
  EXPECT_EQ(task_->start().replayed, 4);
}

TEST_F(TaskStoreTest, AnotherChangelogOfTheSameNameWipesTheStore) {
  TakeOver();
  Commit({Put("a", "1")});
  changelog_ = {};
  TakeOver();
  EXPECT_EQ(task_->start().unusable, Unusable::kOtherChangelog);
  EXPECT_EQ(disk_.wiped, 1);
  EXPECT_EQ(Contents(), "");
  EXPECT_TRUE(task_->birth());
}

TEST_F(TaskStoreTest, ADamagedStoreIsToldAndRebuilt) {
  TakeOver();
  Commit({Put("a", "1")});
  disk_.damaged = true;
  TakeOver();
  EXPECT_EQ(task_->start().damaged, "bad block");
  EXPECT_EQ(Contents(), "a=1 ");
}

TEST_F(TaskStoreTest, WhatIsNoChangelogOfOursIsAnError) {
  changelog_.Append({Put("a", "1")});
  const Result<std::unique_ptr<TaskStore>> taken =
      TaskStore::TakeOver("0", stores_, changelog_, clock_);
  EXPECT_EQ(taken.status().code(), ErrorCode::kDamaged);
  EXPECT_EQ(taken.status().message(),
            "the changelog begins, at offset 0, with something else than its birth");
}

TEST_F(TaskStoreTest, BrokersThatDoNotAnswerAreTheReason) {
  changelog_.failure = Status(ErrorCode::kTimeout, "no answer");
  EXPECT_EQ(TaskStore::TakeOver("0", stores_, changelog_, clock_).status().message(), "no answer");
}

TEST_F(TaskStoreTest, AFullDiskKeepsTheStoreBehindAndIsCaughtUpWith) {
  TakeOver();
  Commit({Put("a", "1")});
  disk_.full = true;
  Commit({Put("b", "2")});
  Commit({Put("c", "3")});
  EXPECT_EQ(task_->lag().message(), "no space left");
  EXPECT_EQ(Contents(), "a=1 ");
  disk_.full = false;
  Commit({Put("a", "4")});
  EXPECT_TRUE(task_->lag().ok());
  EXPECT_EQ(Contents(), "a=4 b=2 c=3 ");
  disk_.full = true;
  Commit({Put("a", "5")});
  disk_.full = false;
  TakeOver();
  EXPECT_EQ(Contents(), "a=5 b=2 c=3 ");
  EXPECT_EQ(task_->start().replayed, 1);
}

TEST_F(TaskStoreTest, ADiskThatIsFullForLongIsGivenUpUntilTheNextStart) {
  TakeOver();
  Commit({Put("a", "1")});
  disk_.full = true;
  const std::string large(TaskStore::kBacklogBytesMax / 2, 'x');
  for (const char key : {'b', 'c', 'd'}) Commit({Put(std::string(1, key), large)});
  disk_.full = false;
  Commit({Put("e", "5")});
  EXPECT_EQ(Contents(), "a=1 ") << "never with a gap";
  EXPECT_FALSE(task_->lag().ok());
  TakeOver();
  EXPECT_TRUE(task_->lag().ok());
  EXPECT_EQ(ContentsOf(task_->store(), "\x02").size(), 5u);
}

TEST_F(TaskStoreTest, WithoutADiskTheStateIsInMemory) {
  TakeOver();
  Commit({Put("a", "1")});
  stores_.cannot_open = true;
  TakeOver();
  EXPECT_EQ(task_->lag().message(), "read-only file system");
  Commit({Put("b", "2")});
  EXPECT_EQ(Contents(), "a=1 b=2 ");
  EXPECT_FALSE(task_->lag().ok()) << "it is still in memory only";
}

TEST_F(TaskStoreTest, ADiskThatIsFullAtTheStartLeavesTheStateInMemory) {
  TakeOver();
  Commit({Put("a", "1")});
  disk_ = {};
  disk_.full = true;
  TakeOver();
  EXPECT_EQ(task_->lag().message(), "no space left");
  EXPECT_EQ(Contents(), "a=1 ");
}

TEST_F(TaskStoreTest, AnOffsetThatIsNotKnownIsReadAgain) {
  TakeOver();
  Commit({Put("a", "1")});
  Commit({Put("a", "2")}, false);
  EXPECT_EQ(Contents(), "a=2 ");
  TakeOver();
  EXPECT_EQ(task_->start().replayed, 1);
  EXPECT_EQ(Contents(), "a=2 ");
}

// Whatever befalls disk and process: the state is what the changelog says.
TEST_F(TaskStoreTest, RandomFaults) {
  const unsigned seed = std::random_device{}();
  std::mt19937_64 random(seed);
  for (int round = 0; round < 200; ++round) {
    disk_ = {};
    changelog_ = {};
    state::Contents expected;
    TakeOver();
    for (int step = 0; step < 60; ++step) {
      disk_.full = random() % 4 == 0;
      Disk earlier = disk_;
      Commit(RandomChanges(random, expected), random() % 5 > 0);
      if (random() % 10 == 0) changelog_.Compact();
      if (random() % 6 > 0) continue;
      if (random() % 3 == 0) disk_ = earlier;  // the machine crashed: nothing is synced
      if (random() % 8 == 0) disk_.damaged = true;
      if (random() % 8 == 0) disk_ = {};
      stores_.cannot_open = random() % 8 == 0;
      TakeOver();
      ASSERT_EQ(ContentsOf(task_->store(), "\x02"), expected) << "seed " << seed;
    }
    stores_.cannot_open = false;
  }
}

}  // namespace
}  // namespace riposte::state
