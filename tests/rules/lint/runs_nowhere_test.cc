#include "rules/lint/runs_nowhere.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"

namespace riposte::lint {
namespace {

TEST(RunsNowhere, NamesTheMissingTokensOfEachFormat) {
  EXPECT_EQ(
      test::Rendered({.query = "pipe.name: `x` and indicator.score > 3"}),
      "rules.yaml:5:3: error[runs-nowhere]: no event format has all tokens of the query: "
      "qualys-edr lacks pipe.name; windows-nxlog lacks indicator.score; windows-evtx lacks "
      "indicator.score; winlogbeat lacks indicator.score; linux-sysmon lacks indicator.score, "
      "pipe.name\n"
      "    5 |   pipe.name: `x` and indicator.score > 3\n"
      "      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ 'riposte fields' lists the tokens of "
      "each format\n");
}

TEST(RunsNowhere, LooksOnlyAtTheFormatsThatTheRuleNames) {
  test::Case rule{.query = "pipe.name: `x`"};
  EXPECT_EQ(test::Lint(rule, "runs-nowhere"), "");
  rule.more += "profiles: [qualys-edr]\n";
  EXPECT_EQ(test::Lint(rule, "runs-nowhere"), "error runs-nowhere `pipe.name: `x``");
}

}  // namespace
}  // namespace riposte::lint
