#include "rules/lint/kill_on_registry.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"
#include "tests/rules/rule/rule_text.h"

namespace riposte::lint {
namespace {

std::string Listed(const test::Case& rule) { return test::Lint(rule, "kill-on-registry"); }

TEST(KillOnRegistry, IsAnErrorWhereNothingElseCanMatch) {
  for (const char* query : {
           "type: REGISTRY",
           "type: registry and registry.key: \"*\\Run\"",
           "type: [REGISTRY]",
           "registry.key: \"*\\Run\" and (type: REGISTRY or (type: REGISTRY and type: FILE))",
           "not (not type: REGISTRY)",
           "type: [REGISTRY, FILE] and not type: FILE",
       }) {
    const std::string findings = Listed({.query = query, .mode = "off"});
    EXPECT_NE(findings.find("error kill-on-registry"), std::string::npos)
        << query << ": " << findings;
  }
}

TEST(KillOnRegistry, IsNoneWhereAnotherEventCanMatch) {
  for (const char* query : {
           "type: PROCESS", "type: [REGISTRY, PROCESS]", "type: REGISTRY or process.name: `a.exe`",
           "not type: REGISTRY", "registry.key: \"*\\Run\"", "not type: PROCESS and not type: FILE",
           "type: REGISTRY and type: FILE",  // matches nothing: another mistake
           "type: REG*",                     // not analysed
       }) {
    const std::string findings = Listed({.query = query, .mode = "dry_run"});
    EXPECT_EQ(findings.find("kill-on-registry"), std::string::npos) << query << ": " << findings;
  }
}

TEST(KillOnRegistry, IsolationIsAllowed) {
  EXPECT_EQ(Listed({.query = "type: REGISTRY", .mode = "enforce", .action = "quarantine_asset"}),
            "");
  EXPECT_EQ(Listed({.query = "type: REGISTRY"}), "");
}

TEST(KillOnRegistry, PointsAtTheType) {
  EXPECT_EQ(Listed({.query = "registry.key: \"*x\" and type: REGISTRY", .mode = "enforce"}),
            "error kill-on-registry `type: REGISTRY`");
}

// What type the events of a log source have is told by the profiles that provide it.
TEST(KillOnRegistry, OfASigmaRuleThatWasGivenARemediation) {
  const auto findings = [](const std::string& category, const std::string& target = "process") {
    return test::LintSigma({.selections = "  a: {Details: 'x'}\n",
                            .mode = "dry_run",
                            .target = target,
                            .category = category},
                           "kill-on-registry");
  };
  for (const char* category :
       {"registry_set", "registry_add", "registry_delete", "registry_rename", "registry_event"})
    EXPECT_EQ(findings(category).substr(0, 23), "error kill-on-registry ") << category;
  EXPECT_EQ(findings("registry_set", ""), "") << "isolating the asset is allowed";
  for (const char* category : {"process_creation", "file_event", "network_connection"})
    EXPECT_EQ(findings(category), "") << category;
}

// The rule's own query is on PROCESS events.
std::string OfSteps(const std::string& steps, const std::string& remediate = "completing") {
  return test::LintFile(
      rule::test::TriggerText(steps,
                              "remediation: {auto: dry_run, action: "
                              "kill_process_and_quarantine_file, target: process, "
                              "remediate: " +
                                  remediate + "}\n"),
      "kill-on-registry");
}

TEST(KillOnRegistry, OfTheStepsThatACommandMayBeFor) {
  // Without the rule's own query: what is about other types cannot be completed beside it.
  const auto of_steps = [](const std::string& first, const std::string& last,
                           const std::string& remediate) {
    return test::LintFile(
        "id: " + rule::test::IdOf(1) +
            "\nname: n\nseverity: low\ntrigger: {sequence: {within: 5m, steps: [{query: '" + first +
            "'}, {query: '" + last +
            "'}]}}\nremediation: {auto: dry_run, action: kill_process_and_quarantine_file, target: "
            "process, remediate: " +
            remediate + "}\n",
        "kill-on-registry");
  };
  EXPECT_EQ(of_steps("type: PROCESS", "registry.key: x and type: REGISTRY", "completing"),
            "error kill-on-registry `type: REGISTRY`");
  EXPECT_EQ(of_steps("type: REGISTRY", "type: PROCESS", "completing"), "");
  EXPECT_EQ(of_steps("type: REGISTRY", "type: PROCESS", "all"),
            "warning kill-on-registry `type: REGISTRY`")
      << "there is a kill for the other";
  EXPECT_EQ(of_steps("type: REGISTRY", "type: REGISTRY", "all"),
            "error kill-on-registry `type: REGISTRY` error kill-on-registry `type: REGISTRY`");
}

TEST(KillOnRegistry, OfAStepWithTheRulesOwnQuery) {
  EXPECT_EQ(OfSteps("{sequence: {within: 5m, steps: [{query: 'process.pid: 1'}, {query: "
                    "'process.pid: 2'}]}}"),
            "");
  const std::string text =
      "id: " + rule::test::IdOf(1) +
      "\nname: n\nseverity: low\nquery: 'type: REGISTRY'\ntrigger: {unordered: {within: 5m, "
      "steps: [{query: 'registry.key: a'}, {query: 'registry.key: b'}]}}\nremediation: {auto: "
      "dry_run, action: kill_process_and_quarantine_file, target: process}\n";
  EXPECT_EQ(
      test::LintFile(text, "kill-on-registry"),
      "error kill-on-registry `'registry.key: a'` error kill-on-registry `'registry.key: b'`");
}

}  // namespace
}  // namespace riposte::lint
