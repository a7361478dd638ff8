#include "rules/lint/missing_anchor.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"
#include "tests/rules/rule/rule_text.h"

namespace riposte::lint {
namespace {

TEST(MissingAnchor, Finds) {
  const auto found = [](const std::string& query) {
    return test::Lint({.query = query}, "missing-anchor");
  };
  EXPECT_EQ(found("type: PROCESS"), "warning missing-anchor `type: PROCESS`");
  EXPECT_TRUE(found("type: PROCESS and process.pid > 100").starts_with("warning missing-anchor `"));
  EXPECT_TRUE(
      found("process.name: `a.exe` or process.pid > 5").starts_with("warning missing-anchor `"));
  EXPECT_TRUE(found("not process.name: `a.exe`").starts_with("warning missing-anchor `"));
  EXPECT_TRUE(found("indicator: (score > 5)").starts_with("warning missing-anchor `"));
  EXPECT_EQ(found(R"(process.arguments ~ "ab")"),
            R"(warning missing-anchor `process.arguments ~ "ab"`)");
  EXPECT_TRUE(found("process.elevated: true and process.name is not null")
                  .starts_with("warning missing-anchor `"));
}

TEST(MissingAnchor, LeavesAlone) {
  for (const char* query :
       {"type: PROCESS and process.name: `a.exe`", "process.pid: 4", R"(process.arguments ~ "abc")",
        R"(process.arguments: "word")", R"(process.name: "*.exe")",
        "network.remote.address.ip: 10.0.0.1", "process.name: [`a`, `b`] and process.pid > 5",
        "indicator: (verdict: MALICIOUS and score > 5)",
        "process.arguments: /abc/i and type: PROCESS",
        R"(type: PROCESS and process.arguments: /\d/)"}) {
    EXPECT_EQ(test::Lint({.query = query}, "missing-anchor"), "") << query;
  }
}

TEST(MissingAnchor, OfAStepThatNeitherItNorTheRulesOwnQueryHelps) {
  const auto findings = [](const std::string& own) {
    return test::LintFile(
        "id: " + rule::test::IdOf(1) + "\nname: n\nseverity: low\n" + own +
            "trigger: {unordered: {within: 5m, steps: [{query: 'process.pid > 1'}, "
            "{query: 'process.pid: 4'}]}}\n",
        "missing-anchor");
  };
  EXPECT_EQ(findings(""), "warning missing-anchor `process.pid > 1`");
  EXPECT_EQ(findings("query: 'type: PROCESS'\n"), "warning missing-anchor `process.pid > 1`");
  EXPECT_EQ(findings("query: 'process.name: `a.exe`'\n"), "");
}

}  // namespace
}  // namespace riposte::lint
