#include "rules/lint/protected_target.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"
#include "tests/rules/rule/rule_text.h"

namespace riposte::lint {
namespace {

std::string Found(const std::string& query, const std::string& target,
                  const std::string& mode = "dry_run") {
  const std::string more = "remediation: {auto: " + mode +
                           ", action: kill_process_and_quarantine_file, target: " + target + "}\n";
  return test::Lint({.query = query, .more = more}, "protected-parent") +
         test::Lint({.query = query, .more = more}, "protected-process");
}

TEST(ProtectedTarget, TheParent) {
  const std::string query = "process.name: `a.exe` and parent.name: `services.exe`";
  EXPECT_EQ(Found(query, "parent"), "warning protected-parent `parent.name: `services.exe``");
  EXPECT_EQ(Found(query, "process"), "");
  EXPECT_EQ(Found(query, "tree"), "");
  EXPECT_EQ(Found(query, "parent", "off"), "");
  EXPECT_EQ(Found("parent.name: [`services.exe`, `winword.exe`]", "parent"), "");
  EXPECT_EQ(Found("parent.name: `winword.exe`", "parent"), "");
}

TEST(ProtectedTarget, TheProcess) {
  EXPECT_EQ(Found("process.name: [`lsass.exe`, `csrss.exe`]", "tree"),
            "warning protected-process `process.name: [`lsass.exe`, `csrss.exe`]`");
  EXPECT_FALSE(
      Found(R"(process.image.fullPath: `C:\Windows\System32\lsass.exe`)", "process").empty());
  EXPECT_FALSE(Found(R"(process.image.fullPath: "*\lsass.exe")", "process").empty());
  EXPECT_FALSE(Found("process.image.fullPath: `/usr/lib/systemd/systemd`", "process").empty());
}

// A program that only has the name of a protected one is to be killed.
TEST(ProtectedTarget, NotWhereThePathTellsThemApart) {
  for (const char* query :
       {R"(process.name: `lsass.exe` and process.image.fullPath: "C:\Users\*")",
        R"(process.name: `lsass.exe` and process.image.fullPath != `C:\x\lsass.exe`)",
        R"(process.image.fullPath: `C:\Users\u\lsass.exe`)",
        "process.name: `lsass.exe` or process.name: `evil.exe`"})
    EXPECT_EQ(Found(query, "process"), "") << query;
}

TEST(ProtectedTarget, OfASigmaRuleThatWasGivenARemediation) {
  const auto found = [](const std::string& item, const std::string& target, const char* code) {
    return test::LintSigma({.selections = "  a: {CommandLine|contains: ' x', " + item + "}\n",
                            .mode = "dry_run",
                            .target = target},
                           code);
  };
  EXPECT_NE(found("Image|endswith: '\\lsass.exe'", "process", "protected-process"), "");
  EXPECT_NE(found("Image: 'C:\\Windows\\System32\\lsass.exe'", "tree", "protected-process"), "");
  EXPECT_EQ(found("Image|endswith: '\\lsass.exe'", "parent", "protected-parent"), "");
  EXPECT_NE(found("ParentImage|endswith: '\\services.exe'", "parent", "protected-parent"), "");
  EXPECT_EQ(found("ParentImage|endswith: '\\services.exe'", "process", "protected-process"), "");
  EXPECT_EQ(found("Image|endswith: '\\winword.exe'", "process", "protected-process"), "");
}

TEST(ProtectedTarget, OfTheStepThatTheKillIsFor) {
  const auto findings = [](const std::string& remediate) {
    return test::LintFile(
        "id: " + rule::test::IdOf(1) +
            "\nname: n\nseverity: low\ntrigger: {sequence: {within: 5m, steps: [{query: "
            "'process.name: `lsass.exe`'}, {query: 'process.name: `a.exe`'}]}}\nremediation: "
            "{auto: "
            "dry_run, action: kill_process_and_quarantine_file, target: process, remediate: " +
            remediate + "}\n",
        "protected-process");
  };
  EXPECT_EQ(findings("completing"), "");
  EXPECT_EQ(findings("all"), "warning protected-process `process.name: `lsass.exe``");
}

}  // namespace
}  // namespace riposte::lint
