#include "app/last_good.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/rule_loading.h"
#include "tests/app/rule_files.h"
#include "tests/support/temp_dir.h"

namespace riposte::app {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::SizeIs;

class LastGood : public testing::Test {
 protected:
  rule::RuleSetPtr Load(const std::string& path) const {
    LoadedRules loaded = LoadRuleSet({path}, schema_);
    EXPECT_NE(loaded.rules, nullptr) << text::Render(loaded.diagnostics);
    return loaded.rules;
  }
  // Names of the rules that the kept folder gives, in the set's order.
  std::vector<std::string> KeptNames() const {
    const rule::RuleSetPtr kept = Load(LastGoodFolder(state()));
    std::vector<std::string> names;
    for (const rule::Rule& rule : kept->rules) names.push_back(rule.name);
    return names;
  }
  std::string state() const { return folder_.path() + "/state/deep"; }
  size_t FoldersInState() const {
    size_t folders = 0;
    for (const fs::directory_entry& entry : fs::directory_iterator(state()))
      folders += entry.is_directory() && !entry.is_symlink() ? 1 : 0;
    return folders;
  }

  const test::TempDir folder_;
  const schema::SchemaPtr schema_ = test::ShippedSchema();
};

TEST_F(LastGood, NothingKeptIsNoFolder) {
  EXPECT_EQ(LastGoodFolder(state()), "");
  fs::create_directories(state());
  EXPECT_EQ(LastGoodFolder(state()), "");
  fs::create_directory_symlink("rules-gone", state() + "/rules-last-good");
  EXPECT_EQ(LastGoodFolder(state()), "") << "a link to nothing";
}

// Files of the same name in different folders, and several rules in one file.
TEST_F(LastGood, KeepsAllSourcesInOrder) {
  folder_.Write("rules/a/x.yaml", test::RuleFile("one.exe") + "---\n" + test::RuleFile("two.exe"));
  folder_.Write("rules/b/x.yaml", test::RuleFile("three.exe"));
  ASSERT_TRUE(KeepLastGood(*Load(folder_.path() + "/rules"), state()).ok());
  EXPECT_THAT(KeptNames(),
              ElementsAre("Start of one.exe", "Start of two.exe", "Start of three.exe"));
}

TEST_F(LastGood, ANewSetReplacesTheOneBefore) {
  const std::string rules = folder_.path() + "/rules";
  folder_.Write("rules/x.yaml", test::RuleFile("one.exe"));
  ASSERT_TRUE(KeepLastGood(*Load(rules), state()).ok());
  const std::string before = LastGoodFolder(state());
  folder_.Write("rules/x.yaml", test::RuleFile("two.exe"));
  ASSERT_TRUE(KeepLastGood(*Load(rules), state()).ok());
  EXPECT_THAT(KeptNames(), ElementsAre("Start of two.exe"));
  EXPECT_FALSE(fs::exists(before));
  EXPECT_EQ(FoldersInState(), 1u);
}

// A crash between the folder and the link leaves a folder that nothing points to.
TEST_F(LastGood, WhatACrashLeftBehindIsWrittenAnew) {
  folder_.Write("rules/x.yaml", test::RuleFile("one.exe"));
  const rule::RuleSetPtr rules = Load(folder_.path() + "/rules");
  const std::string half = state() + "/rules-" + rules->sha256.substr(0, 16);
  fs::create_directories(half);
  fs::copy_file(folder_.Write("half", "id: "), half + "/00000-half.yaml");
  fs::create_directory_symlink("rules-gone", state() + "/rules-last-good.new");
  ASSERT_TRUE(KeepLastGood(*rules, state()).ok());
  EXPECT_THAT(KeptNames(), ElementsAre("Start of one.exe"));
  EXPECT_FALSE(fs::exists(fs::symlink_status(state() + "/rules-last-good.new")));
}

TEST_F(LastGood, TheSameSetIsLeftAlone) {
  folder_.Write("rules/x.yaml", test::RuleFile("one.exe"));
  const rule::RuleSetPtr rules = Load(folder_.path() + "/rules");
  ASSERT_TRUE(KeepLastGood(*rules, state()).ok());
  const fs::file_time_type written = fs::last_write_time(LastGoodFolder(state()));
  ASSERT_TRUE(KeepLastGood(*rules, state()).ok());
  EXPECT_EQ(fs::last_write_time(LastGoodFolder(state())), written);
}

TEST_F(LastGood, AStateDirectoryThatIsAFileIsAnError) {
  folder_.Write("rules/x.yaml", test::RuleFile("one.exe"));
  const std::string file = folder_.Write("state-file", "");
  const Status kept = KeepLastGood(*Load(folder_.path() + "/rules"), file);
  EXPECT_EQ(kept.code(), ErrorCode::kIo);
  EXPECT_THAT(kept.message(), testing::HasSubstr(file));
}

}  // namespace
}  // namespace riposte::app
