#include "rules/lint/kill_on_registry.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"

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

}  // namespace
}  // namespace riposte::lint
