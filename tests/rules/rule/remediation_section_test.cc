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

constexpr char kSteps[] =
    "{sequence: {within: 5m, steps: [{name: drop, query: 'type: FILE'}, {name: calm, absent: "
    "'type: NETWORK'}, {query: 'type: PROCESS'}]}}";
constexpr char kCount[] = "{count: {at_least: 3, within: 15m}}";

// What is said of a rule with this trigger besides `codes`.
std::string Wrong(const std::string& trigger, const std::string& remediation,
                  std::string_view codes) {
  return test::Unexpected(
      test::TriggerText(trigger, "remediation: {auto: off, " + remediation + "}\n"), codes);
}

TEST(ReadRemediation, RemediateOfSeveralEvents) {
  const std::string isolate = "action: quarantine_asset, remediate: ";
  const auto read = [&isolate](const std::string& remediate) {
    return *test::LoadTrigger(kSteps, "remediation: {auto: off, " + isolate + remediate + "}\n")
                .rule()
                .remediation;
  };
  EXPECT_EQ(read("completing").remediate, Remediate::kCompleting);
  EXPECT_EQ(read("all").remediate, Remediate::kAll);
  EXPECT_EQ(read("'step:drop'").remediate, Remediate::kStep);
  EXPECT_EQ(read("'step:drop'").step, "drop");
  EXPECT_EQ(read("step:step 3").step, "step 3");
  EXPECT_EQ(Wrong(kSteps, isolate + "^step:dropp", "no-such-step"), "");
  EXPECT_EQ(Wrong(kSteps, isolate + "^'step:'", "no-such-step"), "");
  EXPECT_EQ(Wrong(kSteps, isolate + "^step:calm", "no-such-step"), "");
  EXPECT_EQ(Wrong(kSteps, isolate + "^al", "unknown-value"), "");
  EXPECT_EQ(Wrong(kCount, isolate + "all", ""), "");
  EXPECT_EQ(Wrong(kCount, isolate + "^step:drop", "remediate-not-available"), "");
  // Of a trigger that could not be read nothing is said.
  EXPECT_EQ(Wrong("{^countt: {}}", isolate + "step:drop", "unknown-trigger"), "");
}

TEST(ReadRemediation, AKillNeedsAnEventThatCompletes) {
  const std::string at_value = "action: ^kill_process_and_quarantine_file, target: process";
  const std::string schedule = "{scheduled: {daily: , from: 00:00, to: 00:00}}";
  EXPECT_EQ(Wrong(schedule, at_value, "kill-without-target"), "");
  EXPECT_EQ(Wrong(schedule, at_value + ", remediate: all", "kill-without-target"), "");
  EXPECT_EQ(Wrong(schedule, "action: quarantine_asset", ""), "");
  EXPECT_EQ(Wrong("{sequence: {within: 5m, steps: [{query: 'type: FILE'}, {absent: 'type: "
                  "PROCESS'}]}}",
                  at_value, "kill-without-target"),
            "");
  EXPECT_EQ(Wrong("{unordered: {within: 5m, steps: [{absent: 'type: FILE'}, {query: 'type: "
                  "PROCESS'}]}}",
                  at_value, "kill-without-target"),
            "");
  const std::string plain = "action: kill_process_and_quarantine_file, target: process";
  EXPECT_EQ(Wrong(kSteps, plain, ""), "");
  EXPECT_EQ(Wrong(kCount, plain + ", remediate: all", ""), "");
}

}  // namespace
}  // namespace riposte::rule
