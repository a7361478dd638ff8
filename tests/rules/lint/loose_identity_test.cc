#include "rules/lint/loose_identity.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"
#include "tests/rules/rule/rule_text.h"

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

// Of a Sigma rule it is a part of a name.
TEST(LooseIdentity, OfASigmaRuleThatWasGivenARemediation) {
  const auto findings = [](const std::string& item, const std::string& mode = "enforce") {
    return test::LintSigma({.selections = "  a: {" + item + "}\n", .mode = mode}, "loose-identity");
  };
  EXPECT_EQ(findings("Image|contains: 'cmd'"), "error loose-identity `'cmd'`");
  EXPECT_EQ(findings("Image|contains: 'cmd'", "dry_run"), "warning loose-identity `'cmd'`");
  EXPECT_EQ(findings("Image|contains: 'cmd'", "off"), "");
  for (const char* item : {"ParentImage|endswith: 'cmd.exe'", "Image|startswith: 'C:\\Temp'",
                           "OriginalFileName: 'c*'", "TargetFilename|contains: '\\a.exe'"})
    EXPECT_NE(findings(item), "") << item;
  for (const char* item :
       {"Image|endswith: '\\cmd.exe'", "Image: 'C:\\cmd.exe'", "Image|contains: '\\Temp\\'",
        "Image|startswith: 'C:\\Users\\'", "TargetFilename|endswith: '.exe'", "Image: '*'",
        "Image: '*\\a*b'", "CommandLine|contains: 'cmd'", "Image|re: 'cmd'"})
    EXPECT_EQ(findings(item), "") << item;
  EXPECT_EQ(test::LintSigma({.selections = "  a: {Image: 'C:\\a.exe'}\n  b: {Image|contains: c}\n",
                             .condition = "a and not b"},
                            "loose-identity"),
            "");
}

TEST(LooseIdentity, TellsWhereTheRemediationOfASigmaRuleIsFrom) {
  const std::string shown = test::RenderedSigma({.selections = "  a: {Image|contains: c}\n"});
  EXPECT_NE(shown.find("'Image' is selected by a part of a name, which longer names hold, too "
                       "(ordered by responses.yaml:2)"),
            std::string::npos)
      << shown;
}

TEST(LooseIdentity, OfStepsThatACommandMayBeFor) {
  const auto findings = [](const std::string& remediate) {
    return test::LintFile(
        rule::test::TriggerText(
            "{sequence: {within: 5m, steps: [{query: 'file.name: \"b\"'}, {query: 'file.name: "
            "\"c\"'}], until: {query: 'file.name: \"d\"'}}}",
            "remediation: {auto: enforce, action: quarantine_asset, remediate: " + remediate +
                "}\n"),
        "loose-identity");
  };
  EXPECT_EQ(findings("completing"), "error loose-identity `file.name: \"c\"`");
  EXPECT_EQ(findings("all"),
            "error loose-identity `file.name: \"b\"` error loose-identity `file.name: \"c\"`");
}

}  // namespace
}  // namespace riposte::lint
