#include "rules/rule/rule_files.h"

#include <filesystem>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/temp_dir.h"

namespace riposte::rule {
namespace {

namespace fs = std::filesystem;
using riposte::test::TempDir;

// The names found below `paths`, then the codes of what went wrong; `root` is cut from names.
std::string Found(const std::vector<std::string>& paths) {
  text::Diagnostics diagnostics;
  std::string out;
  for (const RuleFile& file : FindRuleFiles(paths, diagnostics)) out += file.name + " ";
  for (const text::Diagnostic& diagnostic : diagnostics.all()) out += "!" + diagnostic.code + " ";
  return out;
}

std::string Read(const std::string& path, size_t max_bytes = 100) {
  text::Diagnostics diagnostics;
  const text::SourcePtr source = ReadRuleFile({.path = path, .name = "n"}, max_bytes, diagnostics);
  return source != nullptr ? std::string(source->bytes()) : diagnostics.all().at(0).code;
}

TEST(FindRuleFiles, FoldersRecursivelyByName) {
  const TempDir dir;
  for (const char* name :
       {"b.yaml", "a.yml", "sub/z.yaml", "sub/deeper/c.YAML", "README.md", "x.json"})
    dir.Write(name, "");
  EXPECT_EQ(Found({dir.path()}), "a.yml b.yaml sub/deeper/c.YAML sub/z.yaml ");
  EXPECT_EQ(Found({dir.path() + "/sub/", dir.path() + "/b.yaml"}), "deeper/c.YAML z.yaml b.yaml ");
}

TEST(FindRuleFiles, EditorsBackupsAndHiddenFilesAreLeftOut) {
  const TempDir dir;
  for (const char* name : {"a.yaml", "a.yaml~", "#a.yaml#", ".#a.yaml", ".a.yaml.swp", "a.yaml.swp",
                           "a.yaml.tmp", "a.yaml.bak", "4913", ".hidden.yaml", ".git/b.yaml"})
    dir.Write(name, "");
  EXPECT_EQ(Found({dir.path()}), "a.yaml ");
}

TEST(FindRuleFiles, WhatIsGivenItselfIsReadWhateverItsName) {
  const TempDir dir;
  const std::string hidden = dir.Write(".rules/a.yaml", "");
  const std::string other = dir.Write("rules.txt", "");
  EXPECT_EQ(Found({dir.path() + "/.rules"}), "a.yaml ");
  EXPECT_EQ(Found({other, hidden}), "rules.txt a.yaml ");
}

// Kubernetes: ..data links to a dated folder, and each visible name links into ..data.
TEST(FindRuleFiles, AConfigMapIsReadOnce) {
  const TempDir dir;
  dir.Write("..2026_11_25/a.yaml", "one");
  fs::create_directory_symlink("..2026_11_25", dir.path() + "/..data");
  fs::create_symlink("..data/a.yaml", dir.path() + "/a.yaml");
  EXPECT_EQ(Found({dir.path()}), "a.yaml ");
  EXPECT_EQ(Read(dir.path() + "/a.yaml"), "one");
}

TEST(FindRuleFiles, LinksAreFollowedOnceAndNeverInCircles) {
  const TempDir dir;
  dir.Write("a/x.yaml", "");
  fs::create_directory_symlink(dir.path(), dir.path() + "/a/up");
  fs::create_directory_symlink("a", dir.path() + "/b");
  fs::create_symlink("a/x.yaml", dir.path() + "/z.yaml");
  EXPECT_EQ(Found({dir.path(), dir.path() + "/a/x.yaml"}), "a/x.yaml ");
}

TEST(FindRuleFiles, WhatIsNotThereIsAnError) {
  const TempDir dir;
  EXPECT_EQ(Found({dir.path() + "/none"}), "!unreadable-file ");
  EXPECT_EQ(Found({dir.path() + "/none.yaml"}), "!unreadable-file ");
  EXPECT_EQ(Found({dir.path()}), "!no-rule-files ");
  dir.Write("sub/notes.txt", "");
  EXPECT_EQ(Found({dir.path()}), "!no-rule-files ");
  EXPECT_EQ(Found({}), "");
}

TEST(ReadRuleFile, BoundJustBelowAndJustAbove) {
  const TempDir dir;
  const std::string path = dir.Write("a.yaml", std::string(200'000, 'x'));
  EXPECT_EQ(Read(path, 200'000).size(), 200'000u);
  EXPECT_EQ(Read(path, 199'999), "file-too-large");
  EXPECT_EQ(Read(dir.Write("empty.yaml", ""), 0), "");
}

TEST(ReadRuleFile, OnlyRegularFilesAreOpened) {
  const TempDir dir;
  fs::create_symlink("nowhere", dir.path() + "/dangling.yaml");
  fs::create_symlink("loop.yaml", dir.path() + "/loop.yaml");
  ASSERT_EQ(mkfifo((dir.path() + "/pipe.yaml").c_str(), 0600), 0);
  EXPECT_EQ(Found({dir.path()}), "dangling.yaml loop.yaml pipe.yaml ");
  for (const char* name : {"/dangling.yaml", "/loop.yaml", "/pipe.yaml", "/none"})
    EXPECT_EQ(Read(dir.path() + name), "unreadable-file") << name;
}

}  // namespace
}  // namespace riposte::rule
