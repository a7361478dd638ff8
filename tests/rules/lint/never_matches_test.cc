#include "rules/lint/never_matches.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"
#include "tests/rules/rule/rule_text.h"

namespace riposte::lint {
namespace {

TEST(NeverMatches, Finds) {
  const auto found = [](const std::string& query) {
    return test::Lint({.query = query}, "never-matches");
  };
  EXPECT_EQ(found("process.name: `a.exe` and process.name: `b.exe`"),
            "warning never-matches `process.name: `b.exe``");
  EXPECT_EQ(found("process.name: [`a.exe`, `b.exe`] and process.name: [`c.exe`, `d.exe`]"),
            "warning never-matches `process.name: [`c.exe`, `d.exe`]`");
  EXPECT_EQ(found("type: FILE and type: PROCESS"), "warning never-matches `type: PROCESS`");
  EXPECT_EQ(found("process.pid > 5 and process.pid < 5"),
            "warning never-matches `process.pid < 5`");
  EXPECT_EQ(found("process.pid: [1 .. 3] and process.pid: (3 .. 9)"),
            "warning never-matches `process.pid: (3 .. 9)`");
  EXPECT_EQ(found(R"(process.arguments ~ "abc" and not process.arguments ~ "b")"),
            R"(warning never-matches `process.arguments ~ "b"`)");
  EXPECT_EQ(found(R"(process.name: "a*" and process.name: "b*")"),
            R"(warning never-matches `process.name: "b*"`)");
  EXPECT_EQ(found("process.name: `a.exe` and process.name is null"),
            "warning never-matches `process.name is null`");
  EXPECT_EQ(found("file.name: `x` or (process.pid: 1 and process.pid: 2)"),
            "warning never-matches `process.pid: 2`");
  EXPECT_TRUE(found("(type: FILE or file.name: `x`) and not (type: FILE or file.name: `x`)")
                  .starts_with("warning never-matches `"));
  EXPECT_EQ(found("not (process.pid: 1 or not process.pid: 1)"),
            "warning never-matches `process.pid: 1`");
  EXPECT_EQ(found("indicator: (score > 5 and not score > 3)"), "warning never-matches `score > 3`");
}

TEST(NeverMatches, LeavesAlone) {
  for (const char* query :
       {"process.name: `a.exe` or process.name: `b.exe`",
        R"(process.arguments: "a" and process.arguments: "b")",
        "indicator.score: 1 and indicator.score: 2",
        "asset.interfaces.address: 10.0.0.1 and asset.interfaces.address: 10.0.0.2",
        "process.pid >= 5 and process.pid <= 5", R"(process.name: "a*" and process.name: "*b")",
        R"(process.arguments ~ "abc" and not process.arguments ~ "abcd")",
        "process.name: `a.exe` and process.name != `b.exe`",
        "event.dateTime > now-1d and event.dateTime < now-2d"}) {
    EXPECT_EQ(test::Lint({.query = query}, "never-matches"), "") << query;
  }
}

TEST(NeverMatches, AStepAndTheRulesOwnQuery) {
  const auto findings = [](const std::string& step) {
    return test::LintFile(rule::test::TriggerText("{unordered: {within: 5m, steps: [{query: '" +
                                                  step + "'}, {query: 'process.pid: 1'}]}}"),
                          "never-matches");
  };
  EXPECT_EQ(findings("file.name: b"), "");
  EXPECT_EQ(findings("file.name: b and type: FILE"), "warning never-matches `type: FILE`");
  EXPECT_EQ(findings("process.pid: 1 and process.pid: 2"),
            "warning never-matches `process.pid: 2`");
}

TEST(NeverMatches, WhatIsWrongWithTheRulesOwnQueryIsSaidOnce) {
  EXPECT_EQ(
      test::LintFile("id: " + rule::test::IdOf(1) +
                         "\nname: n\nseverity: low\nquery: 'process.pid: 1 and process.pid: "
                         "2'\ntrigger: {unordered: {within: 5m, steps: [{query: 'type: FILE'}, "
                         "{query: 'type: PROCESS'}]}}\n",
                     "never-matches"),
      "warning never-matches `process.pid: 2`");
}

}  // namespace
}  // namespace riposte::lint
