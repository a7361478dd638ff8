#include "app/instance_name.h"

#include <filesystem>
#include <set>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/uuid.h"
#include "tests/support/corpus.h"
#include "tests/support/temp_dir.h"

namespace riposte::app {
namespace {

namespace fs = std::filesystem;
using testing::SizeIs;

size_t FilesIn(const std::string& folder) {
  return static_cast<size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST(InstanceNameTest, TheConfiguredOneComesFirst) {
  const test::TempDir folder;
  EXPECT_EQ(InstanceName("engine-1", folder.path()), "engine-1");
  EXPECT_EQ(FilesIn(folder.path()), 0u);
}

TEST(InstanceNameTest, OneForEachStateDirectoryAndForGood) {
  const test::TempDir folder;
  const std::string state = folder.path() + "/state/deep";
  const std::string name = InstanceName("", state);
  EXPECT_TRUE(Uuid::Parse(name));
  EXPECT_EQ(InstanceName("", state), name);
  EXPECT_NE(InstanceName("", folder.path() + "/other"), name);
  EXPECT_EQ(FilesIn(state), 1u);
}

TEST(InstanceNameTest, WithoutAStateDirectoryOneForEachProcess) {
  EXPECT_TRUE(Uuid::Parse(InstanceName("", "")));
  EXPECT_NE(InstanceName("", ""), InstanceName("", ""));
}

TEST(InstanceNameTest, ADamagedFileIsMadeAnew) {
  const test::TempDir folder;
  for (const char* damaged : {"", "\n", "not a name\n"}) {
    folder.Write("instance", damaged);
    const std::string name = InstanceName("", folder.path());
    EXPECT_TRUE(Uuid::Parse(name));
    EXPECT_EQ(test::ReadFile(folder.path() + "/instance"), name + "\n");
    EXPECT_EQ(FilesIn(folder.path()), 1u);
  }
}

TEST(InstanceNameTest, WhereItCannotBeKept) {
  const test::TempDir folder;
  folder.Write("file", "");
  EXPECT_TRUE(Uuid::Parse(InstanceName("", folder.path() + "/file/state")));
  fs::create_directories(folder.path() + "/state/instance/full");
  EXPECT_TRUE(Uuid::Parse(InstanceName("", folder.path() + "/state")));
}

TEST(InstanceNameTest, MadeByManyAtOnceItIsOne) {
  for (int round = 0; round < 20; ++round) {
    const test::TempDir folder;
    std::vector<std::string> names(4);
    std::vector<std::thread> threads;
    for (std::string& name : names)
      threads.emplace_back([&] { name = InstanceName("", folder.path()); });
    for (std::thread& thread : threads) thread.join();
    EXPECT_THAT(std::set<std::string>(names.begin(), names.end()), SizeIs(1));
  }
}

TEST(InstanceNameTest, TheHostHasAName) { EXPECT_NE(HostName(), ""); }

}  // namespace
}  // namespace riposte::app
