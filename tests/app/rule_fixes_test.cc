#include "app/rule_fixes.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "app/rule_loading.h"
#include "rules/lint/lint.h"
#include "rules/rule/load.h"
#include "tests/app/rule_files.h"
#include "tests/support/corpus.h"
#include "tests/support/temp_dir.h"

namespace riposte::app {
namespace {

namespace fs = std::filesystem;

std::string RuleWith(const std::string& query) {
  return "id: 0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c10\nname: N\nseverity: low\nquery: |\n  " + query +
         "\ntrigger:\n  single_match: {}\n";
}

class RuleFixesTest : public testing::Test {
 protected:
  std::string Path() const { return folder_.path() + "/rule.yaml"; }
  text::Diagnostics Findings() const { return LoadRuleSet({Path()}, schema_).diagnostics; }
  void Write(const std::string& query) const { folder_.Write("rule.yaml", RuleWith(query)); }
  std::string Written() const { return test::ReadFile(Path()); }
  size_t FileCount() const {
    return static_cast<size_t>(
        std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator()));
  }

  const test::TempDir folder_;
  const schema::SchemaPtr schema_ = test::ShippedSchema();
};

TEST_F(RuleFixesTest, AllFixesOfAFileThatDoNotOverlap) {
  Write("process.name: [`a`, `b`, `a`] and process.arguments: \"*-enc*\"");
  const std::vector<FixedFile> files = ApplyFixes(Findings(), schema_);
  ASSERT_EQ(files.size(), 1u);
  EXPECT_TRUE(files[0].status.ok()) << files[0].status.message();
  EXPECT_EQ(files[0].fixes, 2u);
  EXPECT_EQ(Written(), RuleWith("process.name: [`a`, `b`] and process.arguments ~ \"-enc\""));
  EXPECT_EQ(FileCount(), 1u) << "nothing lies beside it";
  EXPECT_TRUE(ApplyFixes(Findings(), schema_).empty());
}

TEST_F(RuleFixesTest, OverlappingFixesWaitForTheNextPass) {
  Write("process.arguments: /.*abc/i and type: PROCESS and process.arguments: /.*abc/i");
  size_t passes = 0;
  while (!ApplyFixes(Findings(), schema_).empty() && passes < 9) ++passes;
  EXPECT_EQ(Written(), RuleWith("process.arguments ~ \"abc\" and type: PROCESS"));
}

TEST_F(RuleFixesTest, AFileThatChangedMeanwhileStays) {
  Write("process.arguments: \"*-enc*\"");
  const text::Diagnostics findings = Findings();
  Write("process.arguments: \"*-other*\"");
  const std::vector<FixedFile> files = ApplyFixes(findings, schema_);
  ASSERT_EQ(files.size(), 1u);
  EXPECT_FALSE(files[0].status.ok());
  EXPECT_EQ(files[0].fixes, 0u);
  EXPECT_EQ(Written(), RuleWith("process.arguments: \"*-other*\""));
  EXPECT_EQ(FileCount(), 1u);
}

TEST_F(RuleFixesTest, AFixThatBreaksTheRuleIsNotWritten) {
  Write("process.name: `a`");
  const auto source = std::make_shared<text::Source>(Path(), Written());
  const auto at = static_cast<uint32_t>(source->bytes().find("`a`"));
  text::Diagnostics findings;
  findings.Add({.severity = text::Severity::kWarning,
                .code = "c",
                .source = source,
                .span = {},
                .message = "m",
                .hint = "",
                .fix = text::Fix{.span = {.begin = at, .end = at + 3}, .replacement = "`"}});
  const std::vector<FixedFile> files = ApplyFixes(findings, schema_);
  ASSERT_EQ(files.size(), 1u);
  EXPECT_FALSE(files[0].status.ok());
  EXPECT_EQ(Written(), RuleWith("process.name: `a`"));
}

TEST_F(RuleFixesTest, OfTheQueryOfAStep) {
  const auto rule_with = [](const std::string& query) {
    return "id: 0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c10\nname: N\nseverity: low\ntrigger:\n  "
           "unordered:"
           "\n    within: 5m\n    steps:\n    - query: |\n        " +
           query + "\n    - query: 'type: FILE'\n";
  };
  const std::string before = rule_with("process.arguments: \"*-enc*\"");
  folder_.Write("rule.yaml", before);
  text::Diagnostics findings;
  const rule::RuleSetPtr rules =
      rule::LoadRulesFrom({std::make_shared<text::Source>(Path(), before)}, schema_, findings);
  ASSERT_NE(rules, nullptr) << text::Render(findings);
  lint::LintRules(*rules, findings);
  const std::vector<FixedFile> files = ApplyFixes(findings, schema_);
  ASSERT_EQ(files.size(), 1u);
  EXPECT_TRUE(files[0].status.ok()) << files[0].status.message();
  EXPECT_EQ(Written(), rule_with("process.arguments ~ \"-enc\""));
}

TEST_F(RuleFixesTest, RightsAndLinksStay) {
  folder_.Write("real/rule.yaml", RuleWith("process.arguments: \"*-enc*\""));
  const fs::path real = folder_.path() + "/real/rule.yaml";
  fs::permissions(real, fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read);
  fs::create_symlink(real, Path());
  const std::vector<FixedFile> files = ApplyFixes(Findings(), schema_);
  ASSERT_EQ(files.size(), 1u);
  EXPECT_TRUE(files[0].status.ok()) << files[0].status.message();
  EXPECT_TRUE(fs::is_symlink(Path()));
  EXPECT_EQ(test::ReadFile(real.string()), RuleWith("process.arguments ~ \"-enc\""));
  EXPECT_EQ(fs::status(real).permissions(),
            fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read);
}

}  // namespace
}  // namespace riposte::app
