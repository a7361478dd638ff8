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
    return Load(std::vector<std::string>{path});
  }
  rule::RuleSetPtr Load(const std::vector<std::string>& paths) const {
    LoadedRules loaded = LoadRuleSet(paths, schema_);
    EXPECT_NE(loaded.rules, nullptr) << text::Render(loaded.diagnostics);
    return loaded.rules;
  }
  rule::RuleSetPtr Kept() const { return Load(LastGoodFiles(LastGoodFolder(state()))); }
  // Names of the rules that the kept folder gives, in the set's order.
  std::vector<std::string> KeptNames() const {
    const rule::RuleSetPtr kept = Kept();
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

constexpr std::string_view kSigmaRule =
    "title: Sigma\nid: 5d3f9c52-8a43-4c55-9d0e-6f1f2b7a9e01\n"
    "logsource: {product: windows, category: process_creation}\n"
    "detection:\n  a: {Image|endswith: '\\cmd.exe', User|expand: '%Users%'}\n  condition: a\n";

// What gives no rule of its own: placeholders, filters and responses, which are for the folder that
// they stand in. The set came from several paths, one below a hidden folder.
TEST_F(LastGood, KeepsWhatChangesRulesToo) {
  const std::string hidden = folder_.path() + "/.rules";
  folder_.Write(".rules/a/sigma.yml", kSigmaRule);
  folder_.Write(".rules/a/responses.yaml",
                "responses:\n- path: '*.yml'\n  max_rules: 1\n  remediation:\n    auto: dry_run\n"
                "    action: quarantine_asset\n");
  folder_.Write(".rules/b/values.yaml", "placeholders: {Users: 'x*'}\n");
  folder_.Write(".rules/b/filter.yaml",
                "title: F\nlogsource: {product: windows}\nfilter:\n  rules: any\n"
                "  s: {User: adm}\n  condition: not s\n");
  const std::string given = folder_.Write("given.rule", test::RuleFile("one.exe"));
  const rule::RuleSetPtr rules = Load({given, hidden + "/b", hidden + "/a"});
  ASSERT_NE(rules, nullptr);
  ASSERT_TRUE(KeepLastGood(*rules, state()).ok());
  const rule::RuleSetPtr kept = Kept();
  ASSERT_NE(kept, nullptr);
  ASSERT_EQ(kept->rules.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(kept->rules[i].canonical_query, rules->rules[i].canonical_query);
    EXPECT_EQ(kept->rules[i].arming_hash, rules->rules[i].arming_hash);
    EXPECT_EQ(kept->rules[i].version, rules->rules[i].version);
    EXPECT_EQ(kept->rules[i].remediation.has_value(), rules->rules[i].remediation.has_value());
  }
  EXPECT_TRUE(rules->rules[0].remediation.has_value());
  EXPECT_THAT(rules->rules[0].canonical_query, testing::HasSubstr("adm"));
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
