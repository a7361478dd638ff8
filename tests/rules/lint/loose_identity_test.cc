#include "rules/lint/loose_identity.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"

namespace riposte::lint {
namespace {

std::string Listed(const test::Case& rule) { return test::Lint(rule, "loose-identity"); }

constexpr char kPhrase[] = "process.name: \"a.exe\"";

TEST(LooseIdentity, IsAnErrorOnlyWhereTheRuleEnforces) {
  EXPECT_EQ(Listed({.query = kPhrase}), "");
  EXPECT_EQ(Listed({.query = kPhrase, .mode = "off"}), "");
  EXPECT_EQ(Listed({.query = kPhrase, .mode = "dry_run"}),
            "warning loose-identity `process.name: \"a.exe\"`");
  EXPECT_EQ(Listed({.query = kPhrase, .mode = "enforce"}),
            "error loose-identity `process.name: \"a.exe\"`");
  EXPECT_EQ(Listed({.query = kPhrase, .mode = "enforce", .action = "quarantine_asset"}),
            "error loose-identity `process.name: \"a.exe\"`");
}

TEST(LooseIdentity, PhrasesOfNamesAndPathsOnly) {
  const auto findings = [](const std::string& query) {
    return Listed({.query = query, .mode = "enforce"}).find("loose-identity") != std::string::npos;
  };
  EXPECT_TRUE(findings("file.fullPath: \"c:\\temp\""));
  EXPECT_TRUE(findings("parent.name: [`b.exe`, \"a.exe\"]"));
  EXPECT_TRUE(findings("asset.hostName: \"pc\""));
  EXPECT_TRUE(findings("type: FILE or (type: PROCESS and process.name: winword)"));
  EXPECT_FALSE(findings("process.name: `a.exe`"));
  EXPECT_FALSE(findings("process.name: \"*\\a.exe\""));
  EXPECT_FALSE(findings("process.name ~ \"a.exe\""));
  EXPECT_FALSE(findings("process.arguments: \"-enc\""));
  EXPECT_FALSE(findings("file.hash.sha256: \"ab\""));
}

TEST(LooseIdentity, AnExclusionSelectsNothing) {
  const auto findings = [](const std::string& query) {
    return Listed({.query = query, .mode = "enforce"}).find("loose-identity") != std::string::npos;
  };
  EXPECT_FALSE(
      findings("type: PROCESS and process.name is not null and not process.name: \"a.exe\""));
  EXPECT_FALSE(findings("not (type: FILE and process.name: \"a.exe\")"));
  EXPECT_TRUE(findings("not (type: FILE or not process.name: \"a.exe\")"));
}

TEST(LooseIdentity, SaysWhatToWrite) {
  EXPECT_EQ(test::Rendered({.query = kPhrase, .mode = "enforce"}),
            "rules.yaml:5:3: error[loose-identity]: 'process.name' is selected by a phrase, which "
            "longer values hold, too\n"
            "    5 |   process.name: \"a.exe\"\n"
            "      |   ^^^^^^^^^^^^^^^^^^^^^ put the whole value in backticks\n");
}

}  // namespace
}  // namespace riposte::lint
