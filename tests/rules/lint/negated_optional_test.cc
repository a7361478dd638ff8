#include "rules/lint/negated_optional.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"
#include "tests/rules/rule/rule_text.h"

namespace riposte::lint {
namespace {

std::string Listed(const test::Case& rule) { return test::Lint(rule, "negated-optional"); }

bool Found(const std::string& query) {
  return Listed({.query = query}).find("negated-optional") != std::string::npos;
}

TEST(NegatedOptional, IsAnErrorOnlyWhereTheRuleEnforces) {
  const std::string query = "type: PROCESS and not process.username: `x`";
  EXPECT_EQ(Listed({.query = query}), "warning negated-optional `process.username: `x``");
  EXPECT_EQ(Listed({.query = query, .mode = "dry_run"}),
            "warning negated-optional `process.username: `x``");
  EXPECT_EQ(Listed({.query = query, .mode = "enforce"}),
            "error negated-optional `process.username: `x``");
}

TEST(NegatedOptional, NegationsOfAnyDepthCount) {
  EXPECT_TRUE(Found("not (type: FILE or process.username: `x`)"));
  EXPECT_TRUE(Found("not (type: FILE and process.username: `x`)"));
  EXPECT_FALSE(Found("not (type: FILE and not process.username: `x`)"));
  EXPECT_TRUE(Found("not indicator: (score: 8)"));
  EXPECT_TRUE(Found("indicator: (score > 3 and not verdict: MALICIOUS)"));
}

TEST(NegatedOptional, AGuaranteedFieldRaisesNoDoubt) { EXPECT_FALSE(Found("not type: PROCESS")); }

TEST(NegatedOptional, WhatMustBeThereRaisesNoDoubt) {
  EXPECT_FALSE(Found("process.username is not null and not process.username: `x`"));
  EXPECT_FALSE(Found("not process.username is null and not process.username: `x`"));
  EXPECT_FALSE(Found("process.username != `x`"));
  EXPECT_FALSE(Found("process.name: \"a*\" and (type: FILE or not process.name: `ab`)"));
  EXPECT_FALSE(Found("process.name: [\"a*\", \"b*\"] and not process.name: `ab`"));
  EXPECT_FALSE(Found("indicator: (score: 3 and not score: 4)"));
  // Only the other branch needs it.
  EXPECT_TRUE(Found("(process.name: \"a*\" or type: FILE) and not process.name: `ab`"));
  EXPECT_TRUE(Found("process.name: \"a*\" or not process.name: `ab`"));
  EXPECT_TRUE(Found("not process.name: `ab` and not process.name: `cd`"));
}

TEST(NegatedOptional, NullTestsAreMeantThatWay) {
  EXPECT_FALSE(Found("type: PROCESS and process.username is null"));
  EXPECT_FALSE(Found("type: PROCESS and process.username is not null"));
}

TEST(NegatedOptional, OnlyProfilesThatTheRuleRunsOnCount) {
  const test::Case both{.query = "file.name: `a` and not asset.hostName: `x`"};
  EXPECT_EQ(test::Rendered(both),
            "rules.yaml:5:26: warning[negated-optional]: the negation also holds where "
            "'asset.hostName' is absent, which qualys-edr allows\n"
            "    5 |   file.name: `a` and not asset.hostName: `x`\n"
            "      |                          ^^^^^^^^^^^^^^^^^^^ add 'asset.hostName is not "
            "null' if it must be there\n");
  test::Case one = both;
  one.more += "profiles: [windows-nxlog]\n";
  EXPECT_EQ(Listed(one), "");
}

TEST(NegatedOptional, OfASigmaRuleThatWasGivenARemediation) {
  const auto findings = [](const std::string& more, const std::string& condition,
                           const std::string& mode) {
    return test::LintSigma({.selections = "  a: {Image: 'C:\\a.exe'}\n  b: {User: x}\n" + more,
                            .condition = condition,
                            .mode = mode},
                           "negated-optional");
  };
  EXPECT_EQ(findings("", "a and not b", "enforce"), "error negated-optional `x`");
  EXPECT_EQ(findings("", "a and not b", "dry_run"), "warning negated-optional `x`");
  EXPECT_EQ(findings("  c: {User: '?*'}\n", "a and c and not b", "enforce"), "");
  const std::string shown = test::RenderedSigma(
      {.selections = "  a: {Image: y}\n  b: {User: x}\n", .condition = "a and not b"});
  EXPECT_NE(shown.find("add a selection with 'User: \"?*\"'"), std::string::npos) << shown;
}

TEST(NegatedOptional, OfAStepWithWhatTheRulesOwnQueryNeeds) {
  const auto findings = [](const std::string& first, const std::string& own) {
    return test::LintFile("id: " + rule::test::IdOf(1) + "\nname: n\nseverity: low\n" + own +
                              "trigger: {unordered: {within: 5m, steps: [{query: '" + first +
                              "'}, {query: 'process.username: `z` and file.name: `a`'}]}}\n",
                          "negated-optional");
  };
  EXPECT_EQ(findings("file.name: `b` and not process.username: `x`", ""),
            "warning negated-optional `process.username: `x``");
  EXPECT_EQ(findings("file.name: `b` and not process.username: `x`",
                     "query: 'process.username: \"a*\"'\n"),
            "");
  EXPECT_EQ(findings("file.name: `b`", "query: 'type: FILE and not process.username: `x`'\n"),
            "warning negated-optional `process.username: `x``")
      << "one step does not need it";
  EXPECT_EQ(
      findings("process.username: `b`", "query: 'type: FILE and not process.username: `x`'\n"), "");
}

}  // namespace
}  // namespace riposte::lint
