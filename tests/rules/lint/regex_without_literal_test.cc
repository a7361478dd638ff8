#include "rules/lint/regex_without_literal.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"
#include "tests/rules/rule/rule_text.h"

namespace riposte::lint {
namespace {

TEST(RegexWithoutLiteral, Finds) {
  const auto found = [](const std::string& query) {
    return test::Lint({.query = query}, "regex-without-literal");
  };
  EXPECT_TRUE(found(R"(process.arguments: /[a-z]{40}\d+/i)")
                  .starts_with("warning regex-without-literal `"));
  EXPECT_EQ(found("type: PROCESS and process.name: /^[0-9a-f]+$/"),
            "warning regex-without-literal `process.name: /^[0-9a-f]+$/`");
  EXPECT_TRUE(found("process.name: /a.c.*d?ef/i").starts_with("warning regex-without-literal `"));
}

TEST(RegexWithoutLiteral, LeavesAlone) {
  for (const char* query :
       {R"(process.arguments: /abc\d+/i)", R"(process.name: `a.exe` and process.arguments: /\d+/)",
        R"(not process.arguments: /\d+/)", R"(process.arguments: /\.exe$/i)",
        R"(process.arguments ~ "ab")"}) {
    EXPECT_EQ(test::Lint({.query = query}, "regex-without-literal"), "") << query;
  }
}

TEST(RegexWithoutLiteral, OfAStepThatTheRulesOwnQueryDoesNotNarrow) {
  const auto findings = [](const std::string& own) {
    return test::LintFile("id: " + rule::test::IdOf(1) + "\nname: n\nseverity: low\n" + own +
                              "trigger: {unordered: {within: 5m, steps: [{query: "
                              "'process.arguments: /[0-9]+/'}, {query: 'process.pid: 4'}]}}\n",
                          "regex-without-literal");
  };
  EXPECT_EQ(findings(""), "warning regex-without-literal `process.arguments: /[0-9]+/`");
  EXPECT_EQ(findings("query: 'process.name: `a.exe`'\n"), "");
}

}  // namespace
}  // namespace riposte::lint
