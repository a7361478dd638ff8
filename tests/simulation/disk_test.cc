#include "tests/simulation/disk.h"

#include <vector>

#include <gtest/gtest.h>

namespace riposte::sim {
namespace {

class DiskTest : public testing::Test {
 protected:
  std::unique_ptr<state::Store> Open() {
    Result<state::Stores::Opened> opened = disk.Open("s");
    if (!opened.ok()) return nullptr;
    wiped = opened->wiped;
    return std::move(opened->store);
  }
  Status Put(state::Store& store, std::string value) {
    const std::vector<state::Change> changes = {{.key = "k", .value = std::move(value)}};
    return store.Apply(changes, {.changelog_birth = {}, .changelog_next = 7, .written_at = {}});
  }
  std::string Value() {
    const std::unique_ptr<state::Store> store = Open();
    return store == nullptr ? "closed" : store->Get("k")->value_or("none");
  }

  SimClock clock{Time{}};
  std::vector<std::string> seen;
  Disk disk{clock, [this](std::string_view store, const state::Change& change) {
              seen.push_back(std::string(store) + ":" + change.key);
            }};
  std::string wiped;
};

TEST_F(DiskTest, WhatWasAppliedIsThereForTheNextProcess) {
  ASSERT_TRUE(Put(*Open(), "1").ok());
  EXPECT_EQ(Value(), "1");
  EXPECT_EQ(Open()->mark()->changelog_next, 7);
  EXPECT_EQ(wiped, "");
  EXPECT_EQ(seen, std::vector<std::string>{"s:k"});
}

TEST_F(DiskTest, AFullDiskTakesNothingForAWhile) {
  const std::unique_ptr<state::Store> store = Open();
  ASSERT_TRUE(Put(*store, "1").ok());
  disk.FillUntil(clock.Now() + Duration(10));
  EXPECT_EQ(Put(*store, "2").code(), ErrorCode::kIo);
  EXPECT_EQ(Value(), "closed");
  clock.Advance(Duration(10));
  EXPECT_EQ(Value(), "1");
  EXPECT_TRUE(Put(*store, "3").ok());
  EXPECT_EQ(seen.size(), 2u);
}

TEST_F(DiskTest, ADamagedStoreIsWipedWhenItIsOpened) {
  const std::unique_ptr<state::Store> store = Open();
  ASSERT_TRUE(Put(*store, "1").ok());
  disk.Damage();
  EXPECT_EQ(Put(*store, "2").code(), ErrorCode::kDamaged);
  EXPECT_EQ(Value(), "none");
  EXPECT_NE(wiped, "");
  ASSERT_TRUE(Put(*Open(), "3").ok());
  EXPECT_EQ(Value(), "3");
}

TEST_F(DiskTest, ADiskComesBackAsItWas) {
  ASSERT_TRUE(Put(*Open(), "1").ok());
  disk.Remember();
  ASSERT_TRUE(Put(*Open(), "2").ok());
  disk.GoBack();
  EXPECT_EQ(Value(), "1");
}

TEST_F(DiskTest, WhatIsLostOrWipedIsGone) {
  ASSERT_TRUE(Put(*Open(), "1").ok());
  disk.Lose();
  EXPECT_EQ(Value(), "none");
  ASSERT_TRUE(Put(*Open(), "2").ok());
  ASSERT_TRUE(disk.Wipe("s").ok());
  EXPECT_EQ(Value(), "none");
}

}  // namespace
}  // namespace riposte::sim
