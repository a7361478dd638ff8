#include "rules/rule/remediation_section.h"

#include <gtest/gtest.h>

#include "tests/rules/rule/rule_text.h"

namespace riposte::rule {
namespace {

using test::Loaded;

Loaded Load(const std::string& section) {
  return test::LoadText(test::RuleText(1, "remediation: " + section + "\n"));
}

std::string Codes(const std::string& section) { return Load(section).codes(); }

TEST(ReadRemediation, EachValidCombination) {
  for (const AutoMode mode : {AutoMode::kOff, AutoMode::kDryRun, AutoMode::kEnforce}) {
    for (const Target target : {Target::kProcess, Target::kParent, Target::kTree}) {
      const Loaded loaded = Load("{auto: " + std::string(AutoModeName(mode)) +
                                 ", action: kill_process_and_quarantine_file, target: " +
                                 std::string(TargetName(target)) + "}");
      const std::optional<Remediation>& remediation = loaded.rule().remediation;
      ASSERT_TRUE(remediation.has_value());
      EXPECT_EQ(remediation->mode, mode);
      EXPECT_EQ(remediation->action, RuleAction::kKillProcessAndQuarantineFile);
      EXPECT_EQ(remediation->target, target);
    }
  }
  const Loaded isolation = Load("{auto: enforce, action: quarantine_asset, remediate: completing}");
  EXPECT_EQ(isolation.rule().remediation->action, RuleAction::kQuarantineAsset);
  EXPECT_EQ(isolation.rule().remediation->target, std::nullopt);
  EXPECT_FALSE(test::LoadText(test::RuleText(1)).rule().remediation.has_value());
}

TEST(ReadRemediation, ModeAndActionAreAlwaysWritten) {
  EXPECT_EQ(Codes("{action: quarantine_asset}"), "missing-key@8:1");
  EXPECT_EQ(Codes("{auto: off}"), "missing-key@8:1");
  EXPECT_EQ(Codes("{}"), "missing-key@8:1 missing-key@8:1");
  EXPECT_EQ(Codes(""), "empty-value@8:13");
  EXPECT_EQ(Codes("enforce"), "wrong-type@8:14");
  EXPECT_EQ(Codes("{auto: ~, action: quarantine_asset}"), "empty-value@8:21");
}

TEST(ReadRemediation, UnknownValuesAndKeys) {
  EXPECT_EQ(Codes("{auto: true, action: quarantine_asset}"), "unknown-value@8:21");
  EXPECT_EQ(Codes("{auto: dry-run, action: quarantine_asset}"), "unknown-value@8:21");
  EXPECT_EQ(Codes("{auto: off, action: delete_file}"), "unknown-value@8:34");
  EXPECT_EQ(Codes("{auto: off, action: kill_process_and_quarantine_file, target: child}"),
            "unknown-value@8:76");
  EXPECT_EQ(Codes("{auto: off, action: quarantine_asset, mode: x}"), "unknown-key@8:52");
}

TEST(ReadRemediation, ATargetBelongsToAKill) {
  EXPECT_EQ(Codes("{auto: off, action: kill_process_and_quarantine_file}"), "missing-target@8:34");
  EXPECT_EQ(Codes("{auto: off, action: quarantine_asset, target: process}"),
            "target-not-allowed@8:60");
}

TEST(ReadRemediation, RemediateOfASingleMatch) {
  EXPECT_EQ(Codes("{auto: off, action: quarantine_asset, remediate: all}"),
            "remediate-not-available@8:63");
  EXPECT_EQ(Codes("{auto: off, action: quarantine_asset, remediate: 'step:drop'}"),
            "remediate-not-available@8:63");
  EXPECT_EQ(Codes("{auto: off, action: quarantine_asset, remediate: complete}"),
            "unknown-value@8:63");
}

}  // namespace
}  // namespace riposte::rule
