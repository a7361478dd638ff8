#include "engine/state/rocks_store.h"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/engine/state/store_contract.h"
#include "tests/support/temp_dir.h"

namespace riposte::state {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class RocksStoreTest : public testing::Test {
 protected:
  std::unique_ptr<Store> Open(const std::string& name = "task-0") {
    Result<RocksStores::Opened> opened = stores_.Open(name);
    EXPECT_TRUE(opened.ok()) << opened.status().message();
    wiped_ = opened.ok() ? opened->wiped : "";
    return opened.ok() ? std::move(opened->store) : nullptr;
  }
  std::string Path(const std::string& name = "task-0") const { return dir_.path() + "/s/" + name; }
  // A store with something in it, on the disk's own files.
  Contents Fill() {
    Contents contents;
    std::mt19937_64 random(1);
    for (int64_t round = 1; round <= 20; ++round) {
      const std::unique_ptr<Store> store = Open();
      Mark mark;
      mark.changelog_next = round;
      EXPECT_TRUE(store->Apply(RandomChanges(random, contents), mark).ok());
    }
    return contents;
  }
  std::vector<std::filesystem::path> Files(const std::string& extension) const {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(Path()))
      if (entry.path().extension() == extension) files.push_back(entry.path());
    return files;
  }

  test::TempDir dir_;
  RocksStores stores_{{.directory = dir_.path() + "/s"}};
  std::string wiped_;
};

// Leaves a file alone that has no byte there.
void FlipByte(const std::filesystem::path& path, std::streamoff at) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(at);
  const int byte = file.get();
  if (byte < 0) return;
  file.seekp(at);
  file.put(static_cast<char>(byte ^ 0x40));
}

TEST_F(RocksStoreTest, KeepsTheContract) {
  const std::unique_ptr<Store> store = Open();
  ASSERT_NE(store, nullptr);
  CheckContract(*store);
}

TEST_F(RocksStoreTest, WhatWasAppliedIsThereWhenItIsOpenedAgain) {
  const Contents contents = Fill();
  const std::unique_ptr<Store> store = Open();
  EXPECT_THAT(wiped_, IsEmpty());
  EXPECT_EQ(ContentsOf(*store), contents);
  EXPECT_EQ(store->mark()->changelog_next, 20);
}

TEST_F(RocksStoreTest, StoresAreApart) {
  const std::unique_ptr<Store> one = Open("one"), two = Open("two");
  const std::vector<Change> change = {{.key = "\x02k", .value = "v"}};
  ASSERT_TRUE(one->Apply(change, {}).ok());
  EXPECT_THAT(ContentsOf(*two), IsEmpty());
}

TEST_F(RocksStoreTest, NamesLongerThanAFolderCanHaveAreKeptApart) {
  const std::string longest(255, 'n'), longer(256, 'n'), other = longer + "m";
  const std::vector<Change> changes = {{.key = "a", .value = "1"}};
  ASSERT_TRUE(Open(longer)->Apply(changes, {}).ok());
  for (const std::string& name : {longest, other})
    EXPECT_EQ(*Open(name)->Get("a"), std::nullopt) << name.size();
  EXPECT_EQ(*Open(longer)->Get("a"), "1");
  EXPECT_TRUE(std::filesystem::is_directory(Path(longest))) << "as it is, if it may";
  ASSERT_TRUE(stores_.Wipe(longer).ok());
  EXPECT_EQ(*Open(longer)->Get("a"), std::nullopt);
}

TEST_F(RocksStoreTest, AWipedOneIsEmpty) {
  Fill();
  ASSERT_TRUE(stores_.Wipe("task-0").ok());
  ASSERT_TRUE(stores_.Wipe("task-0").ok()) << "also where there is none";
  const std::unique_ptr<Store> store = Open();
  EXPECT_FALSE(store->mark());
  EXPECT_THAT(wiped_, IsEmpty());
}

TEST_F(RocksStoreTest, OneThatIsInUseIsNeitherWipedNorShared) {
  const std::unique_ptr<Store> store = Open();
  const std::vector<Change> change = {{.key = "\x02k", .value = "v"}};
  ASSERT_TRUE(store->Apply(change, {}).ok());
  const Result<RocksStores::Opened> second = stores_.Open("task-0");
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), ErrorCode::kIo);
  EXPECT_THAT(second.status().message(), HasSubstr(Path()));
  EXPECT_EQ(ContentsOf(*store).size(), 1u);
}

TEST_F(RocksStoreTest, InspectionReadsItWhileItIsInUse) {
  EXPECT_EQ(stores_.OpenReadOnly("task-0").status().code(), ErrorCode::kNotFound);
  const Contents contents = Fill();
  const std::unique_ptr<Store> store = Open();
  const Result<std::unique_ptr<Store>> reader = stores_.OpenReadOnly("task-0");
  ASSERT_TRUE(reader.ok()) << reader.status().message();
  EXPECT_EQ(ContentsOf(**reader), contents);
  const std::vector<Change> change = {{.key = "\x02k", .value = "v"}};
  EXPECT_FALSE((*reader)->Apply(change, {}).ok());
}

TEST_F(RocksStoreTest, ADamagedOneIsWipedAndSaysWhy) {
  for (const char* const broken : {"CURRENT", "MANIFEST"}) {
    Fill();
    for (const auto& entry : std::filesystem::directory_iterator(Path())) {
      if (!entry.path().filename().string().starts_with(broken)) continue;
      std::ofstream(entry.path(), std::ios::trunc) << "nonsense\n";
    }
    EXPECT_EQ(stores_.OpenReadOnly("task-0").status().code(), ErrorCode::kDamaged) << broken;
    const std::unique_ptr<Store> store = Open();
    ASSERT_NE(store, nullptr) << broken;
    EXPECT_FALSE(wiped_.empty()) << broken;
    EXPECT_FALSE(store->mark());
    EXPECT_THAT(ContentsOf(*store), IsEmpty());
  }
}

// A flipped byte anywhere in the tables: never a wrong value. Either it is told, or it hit nothing
// that is read.
TEST_F(RocksStoreTest, AFlippedByteIsNeverAWrongValue) {
  const Contents contents = Fill();
  const std::vector<std::filesystem::path> tables = Files(".sst");
  ASSERT_FALSE(tables.empty());
  const std::string copy = dir_.path() + "/copy";
  std::filesystem::copy(Path(), copy, std::filesystem::copy_options::recursive);
  size_t told = 0;
  for (std::streamoff at = 0; at < 400; at += 29) {
    std::filesystem::remove_all(Path());
    std::filesystem::copy(copy, Path(), std::filesystem::copy_options::recursive);
    // In all of them: some are of no use any more, and only wait to be removed.
    for (const std::filesystem::path& table : tables) FlipByte(table, at);
    const std::unique_ptr<Store> store = Open();
    ASSERT_NE(store, nullptr);
    if (!wiped_.empty()) {
      ++told;
      continue;
    }
    Contents seen;
    const Status status = store->Scan("", [&](std::string_view key, std::string_view value) {
      seen.emplace(key, value);
      return true;
    });
    if (!status.ok()) {
      ++told;
      EXPECT_EQ(status.code(), ErrorCode::kDamaged) << status.message();
      continue;
    }
    EXPECT_EQ(seen, contents);
  }
  EXPECT_GT(told, 0u);
}

TEST_F(RocksStoreTest, AFolderThatCannotBeMadeIsTold) {
  RocksStores stores({.directory = dir_.Write("file", "x") + "/below"});
  const Result<RocksStores::Opened> opened = stores.Open("task-0");
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.status().code(), ErrorCode::kIo);
}

// The writer counts up, all keys of a batch with the value of its mark, until it is killed.
// tests/integration/failing_disk.cc, which is part of this program but in sanitized builds.
class FailingDiskTest : public RocksStoreTest {
 protected:
  void SetUp() override {
    setenv("RIPOSTE_FAILING_DISK", dir_.path().c_str(), 1);
    Fail("full");
    std::ofstream probe(dir_.path() + "/probe");
    probe << "x" << std::flush;
    Mend();
    if (probe) GTEST_SKIP() << "this build has no disk that fails";
  }
  void TearDown() override {
    Mend();
    unsetenv("RIPOSTE_FAILING_DISK");
  }
  void Fail(const std::string& how) const { std::ofstream(dir_.path() + ".fault") << how; }
  void Mend() const { std::filesystem::remove(dir_.path() + ".fault"); }
  static Status Apply(Store& store, int64_t next) {
    Mark mark;
    mark.changelog_next = next;
    return store.Apply(std::vector<Change>{{.key = "\1key", .value = std::to_string(next)}}, mark);
  }
};

TEST_F(FailingDiskTest, OneThatTookNothingIsOpenedAnewWhenItIsGoodAgain) {
  RocksStores stores({.directory = dir_.path() + "/s", .reopen_wait = Duration(0)});
  Result<RocksStores::Opened> opened = stores.Open("task-0");
  ASSERT_TRUE(opened.ok());
  Store& store = *opened->store;
  ASSERT_TRUE(Apply(store, 1).ok());
  Fail("broken");
  EXPECT_EQ(Apply(store, 2).code(), ErrorCode::kIo);
  EXPECT_EQ(Apply(store, 2).code(), ErrorCode::kIo);
  EXPECT_EQ(store.mark()->changelog_next, 1);
  EXPECT_EQ(store.Get("\1key").status().code(), ErrorCode::kIo);
  Mend();
  ASSERT_TRUE(Apply(store, 3).ok());
  EXPECT_EQ(store.mark()->changelog_next, 3);
  EXPECT_THAT(ContentsOf(store), testing::ElementsAre(testing::Pair("\1key", "3")));
}

TEST_F(FailingDiskTest, ItIsNotTriedAtEachCommit) {
  RocksStores stores({.directory = dir_.path() + "/s", .reopen_wait = std::chrono::hours(1)});
  Result<RocksStores::Opened> opened = stores.Open("task-0");
  ASSERT_TRUE(opened.ok());
  Fail("broken");
  EXPECT_EQ(Apply(*opened->store, 1).code(), ErrorCode::kIo);
  Mend();
  EXPECT_EQ(Apply(*opened->store, 1).code(), ErrorCode::kIo);
}

TEST_F(FailingDiskTest, ADiskThatLostWhatItHadTakenIsDamage) {
  RocksStores stores({.directory = dir_.path() + "/s", .reopen_wait = Duration(0)});
  Result<RocksStores::Opened> opened = stores.Open("task-0");
  ASSERT_TRUE(opened.ok());
  ASSERT_TRUE(Apply(*opened->store, 1).ok());
  Fail("broken");
  EXPECT_EQ(Apply(*opened->store, 2).code(), ErrorCode::kIo);
  Mend();
  std::filesystem::remove_all(Path());
  const Status lost = Apply(*opened->store, 3);
  EXPECT_EQ(lost.code(), ErrorCode::kDamaged);
  EXPECT_THAT(lost.message(), HasSubstr("the disk lost what it had taken"));
}

// RocksDB goes on by itself then, some seconds later: tests/integration/torture.sh waits for that.
TEST_F(FailingDiskTest, OneThatIsFullIsNoReasonToEnd) {
  RocksStores stores({.directory = dir_.path() + "/s", .reopen_wait = Duration(0)});
  Result<RocksStores::Opened> opened = stores.Open("task-0");
  ASSERT_TRUE(opened.ok());
  ASSERT_TRUE(Apply(*opened->store, 1).ok());
  Fail("full");
  for (int64_t next = 2; next < 5; ++next) {
    const Status full = Apply(*opened->store, next);
    EXPECT_EQ(full.code(), ErrorCode::kIo);
    EXPECT_THAT(full.message(), HasSubstr("No space left"));
  }
  EXPECT_THAT(ContentsOf(*opened->store), testing::ElementsAre(testing::Pair("\1key", "1")));
}

TEST_F(RocksStoreTest, AfterAKillChangesAndMarkAreOfTheSameBatch) {
  const std::string writer = std::string(RIPOSTE_BINARY_DIR) + "/tests/engine/state/store_writer";
  int64_t last = 0;
  useconds_t pause = 60'000;
  for (int round = 0; round < 10; ++round) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      execl(writer.c_str(), writer.c_str(), (dir_.path() + "/s").c_str(), nullptr);
      _exit(127);
    }
    usleep(pause + static_cast<useconds_t>(7'000 * round));
    kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "it ended by itself";
    const std::unique_ptr<Store> store = Open("killed");
    EXPECT_THAT(wiped_, IsEmpty());
    if (!store->mark()) {  // killed before its first batch: the machine is slow
      pause = std::min<useconds_t>(2 * pause, 2'000'000);
      continue;
    }
    const int64_t next = store->mark()->changelog_next;
    EXPECT_GE(next, last);
    last = next;
    const Contents contents = ContentsOf(*store);
    EXPECT_EQ(contents.size(), 20u);
    for (const auto& [key, value] : contents) EXPECT_EQ(value, std::to_string(next));
  }
  EXPECT_GT(last, 0) << "it was always killed too early";
}

}  // namespace
}  // namespace riposte::state
