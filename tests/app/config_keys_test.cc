#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/config.h"
#include "tests/support/corpus.h"
#include "tests/support/temp_dir.h"

namespace riposte::app {
namespace {

TEST(ConfigKeys, AtMostFortyEachDescribedWithDefaultAndExample) {
  EXPECT_LE(Keys().size(), 40u);
  std::set<std::string> names;
  for (const Key& key : Keys()) {
    EXPECT_TRUE(names.insert(std::string(key.name)).second) << key.name;
    EXPECT_FALSE(key.description.empty()) << key.name;
    EXPECT_FALSE(key.description.ends_with('.')) << key.name;
    EXPECT_NE(key.example, key.default_text) << key.name;
    Config config;
    EXPECT_EQ(AssignText(key, key.default_text, config), "") << key.name;
    EXPECT_EQ(AssignText(key, key.example, config), "") << key.name;
    EXPECT_EQ(FindKey(key.name), &key);
  }
  EXPECT_EQ(FindKey("kafka"), nullptr);
}

TEST(ConfigKeys, EnvironmentNames) {
  EXPECT_EQ(EnvironmentName(*FindKey("kafka.instance_id")), "RIPOSTE_KAFKA__INSTANCE_ID");
}

// The example file is a configuration, and it is the default one.
TEST(ConfigKeys, TheExampleFileResolvesToTheDefaults) {
  const test::TempDir folder;
  text::Diagnostics diagnostics;
  const std::optional<Resolved> from_file =
      Resolve({.file = folder.Write("riposte.yaml", ExampleFile()), .environment = {}, .flags = {}},
              diagnostics);
  ASSERT_TRUE(from_file) << text::Render(diagnostics);
  for (size_t i = 0; i < Keys().size(); ++i) {
    EXPECT_EQ(from_file->settings[i].text, Keys()[i].default_text);
    EXPECT_EQ(from_file->settings[i].origin, Origin::kFile);
  }
}

// Each commented example is one, too: uncommented and in place of the default it is accepted.
TEST(ConfigKeys, TheExamplesInTheFileAreAccepted) {
  std::string examples;
  std::string file = ExampleFile();
  size_t begin = 0;
  while (begin < file.size()) {
    const size_t end = file.find('\n', begin);
    const std::string line = file.substr(begin, end - begin);
    begin = end + 1;
    if (line.starts_with("  #   ")) examples += "  " + line.substr(6) + "\n";
    if (!line.empty() && line.front() != ' ' && line.front() != '#') examples += line + "\n";
  }
  const test::TempDir folder;
  text::Diagnostics diagnostics;
  const std::optional<Resolved> resolved =
      Resolve({.file = folder.Write("riposte.yaml", examples), .environment = {}, .flags = {}},
              diagnostics);
  ASSERT_TRUE(resolved) << text::Render(diagnostics);
  for (size_t i = 0; i < Keys().size(); ++i) {
    EXPECT_EQ(resolved->settings[i].text.size(), Keys()[i].example.size()) << Keys()[i].name;
  }
}

TEST(ConfigKeys, DeployHasThisExampleFile) {
  EXPECT_EQ(test::ReadFile(std::string(RIPOSTE_SOURCE_DIR) + "/deploy/riposte.yaml"), ExampleFile())
      << "run `riposte config show --example > deploy/riposte.yaml`";
}

TEST(ConfigKeys, OperationsHasThisTable) {
  EXPECT_THAT(test::ReadFile(std::string(RIPOSTE_SOURCE_DIR) + "/docs/operations.md"),
              testing::HasSubstr(MarkdownTable()))
      << "put the output of `riposte config show --table` there";
}

}  // namespace
}  // namespace riposte::app
