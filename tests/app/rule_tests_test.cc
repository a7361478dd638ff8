#include "app/rule_tests.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/rule_loading.h"
#include "tests/app/rule_files.h"
#include "tests/support/temp_dir.h"

namespace riposte::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

constexpr Time kTime = TimeFromMs(1'767'225'600'000);  // 2026-01-01

// A `tests:` section with one test: the starts of these programs, and what is expected.
std::string TestOf(const std::vector<std::string>& programs, std::string_view expected) {
  std::string out = "tests:\n  - name: t\n    events:\n";
  int id = 0;
  for (const std::string& program : programs)
    out +=
        fmt::format("      - {{at: 0s, event: '{}'}}\n", test::ProcessEvent(program, ++id, kTime));
  return out + fmt::format("    expect: {}\n", expected);
}

rule::RuleSetPtr LoadText(const std::string& text) {
  const test::TempDir folder;
  LoadedRules loaded = LoadRuleSet({folder.Write("rules.yaml", text)}, test::ShippedSchema());
  EXPECT_NE(loaded.rules, nullptr) << text::Render(loaded.diagnostics);
  return loaded.rules;
}

// The failures of the one test of a rule on bad.exe, for events of these programs.
std::vector<std::string> FailuresOf(std::string_view remediation,
                                    const std::vector<std::string>& programs,
                                    std::string_view expected,
                                    const Offline::Options& options = {}) {
  const rule::RuleSetPtr rules =
      LoadText(test::RuleFile("bad.exe", remediation, TestOf(programs, expected)));
  const std::vector<TestOutcome> outcomes = RunRuleTests(*rules, options);
  EXPECT_EQ(outcomes.size(), 1u);
  return outcomes.front().failures;
}

TEST(RuleTests, Firings) {
  EXPECT_THAT(FailuresOf("", {"bad.exe", "good.exe"}, "{firings: 1}"), IsEmpty());
  EXPECT_THAT(FailuresOf("", {"good.exe"}, "{firings: 0}"), IsEmpty());
  EXPECT_THAT(FailuresOf("", {"bad.exe"}, "{firings: 2}"),
              ElementsAre("expected 2 firings, got 1"));
  EXPECT_THAT(FailuresOf("", {"bad.exe"}, "{firings: 0}"),
              ElementsAre("expected 0 firings, got 1"));
}

TEST(RuleTests, CommandsByActionAndTarget) {
  for (const char* target : {"bad.exe", "BAD.EXE", "'C:\\temp1\\bad.exe'"}) {
    EXPECT_THAT(FailuresOf(test::kKillEnforced, {"bad.exe"},
                           fmt::format("{{commands: [{{action: kill_process, target: {0}}}, "
                                       "{{action: quarantine_file, target: {0}}}]}}",
                                       target)),
                IsEmpty())
        << target;
  }
  for (const char* target : {"A1", "PC-1", "pc-1"}) {
    EXPECT_THAT(
        FailuresOf(test::kIsolateEnforced, {"bad.exe"},
                   fmt::format("{{commands: [{{action: quarantine_asset, target: {}}}]}}", target)),
        IsEmpty())
        << target;
  }
}

TEST(RuleTests, CommandsThatDoNotCome) {
  EXPECT_THAT(FailuresOf(test::kIsolateEnforced, {"bad.exe"},
                         "{commands: [{action: quarantine_asset, target: PC-2}]}"),
              ElementsAre("expected the command quarantine_asset for PC-2, it was not ordered",
                          "did not expect the command quarantine_asset for host PC-1"));
  EXPECT_THAT(FailuresOf("", {"bad.exe"}, "{firings: 1, commands: [{action: kill_process}]}"),
              ElementsAre("expected the command kill_process, it was not ordered"));
  EXPECT_THAT(FailuresOf(test::kIsolateEnforced, {"bad.exe"}, "{commands: []}"),
              ElementsAre("did not expect the command quarantine_asset for host PC-1"));
}

// Each expectation needs a command of its own.
TEST(RuleTests, CommandsAreAMultiset) {
  constexpr std::string_view kTwo =
      "{commands: [{action: quarantine_asset}, {action: quarantine_asset}]}";
  EXPECT_THAT(FailuresOf(test::kIsolateEnforced, {"bad.exe", "bad.exe"}, kTwo), IsEmpty());
  EXPECT_THAT(FailuresOf(test::kIsolateEnforced, {"bad.exe"}, kTwo),
              ElementsAre("expected the command quarantine_asset, it was not ordered"));
  EXPECT_THAT(FailuresOf(test::kIsolateEnforced, {"bad.exe", "bad.exe", "bad.exe"}, kTwo),
              ElementsAre("did not expect the command quarantine_asset for host PC-1"));
}

// An expectation of any target leaves the command to the one that needs it, in whatever order they
// stand.
TEST(RuleTests, AnyTargetTakesNoCommandThatAnotherNeeds) {
  for (const char* order :
       {"{action: kill_process}, {action: kill_process, target: 'C:\\temp1\\bad.exe'}",
        "{action: kill_process, target: 'C:\\temp2\\bad.exe'}, {action: kill_process}"}) {
    EXPECT_THAT(FailuresOf(test::kKillEnforced, {"bad.exe", "bad.exe"},
                           fmt::format("{{commands: [{}, {{action: quarantine_file}}, {{action: "
                                       "quarantine_file}}]}}",
                                       order)),
                IsEmpty())
        << order;
  }
}

// What holds a command back is said, since that is what its author looks for.
TEST(RuleTests, WhyACommandWasNotOrdered) {
  Offline::Options options;
  options.guards.protection.assets.push_back("A1");
  EXPECT_THAT(FailuresOf(test::kIsolateEnforced, {"bad.exe"},
                         "{commands: [{action: quarantine_asset}]}", options),
              ElementsAre("expected the command quarantine_asset, it was not ordered",
                          StartsWith("not ordered: quarantine_asset: protected")));
}

// A disabled rule is tested, too, and a rule's test sees that rule alone.
TEST(RuleTests, EachTestOfEachRuleInOrder) {
  const rule::RuleSetPtr rules = LoadText(
      test::RuleFile("bad.exe", "enabled: false\n", TestOf({"bad.exe"}, "{firings: 1}")) + "---\n" +
      test::RuleFile("worse.exe", "", TestOf({"bad.exe", "worse.exe"}, "{firings: 1}")) + "---\n" +
      test::RuleFile("untested.exe"));
  const std::vector<TestOutcome> outcomes = RunRuleTests(*rules, {});
  ASSERT_EQ(outcomes.size(), 2u);
  for (size_t i = 0; i < outcomes.size(); ++i) {
    EXPECT_EQ(outcomes[i].rule, &rules->rules[i]);
    EXPECT_EQ(outcomes[i].test, &rules->rules[i].tests.front());
    EXPECT_THAT(outcomes[i].failures, IsEmpty());
  }
}

TEST(RuleTests, AnEventThatIsRejected) {
  rule::RuleSet rules =
      *LoadText(test::RuleFile("bad.exe", "", TestOf({"bad.exe", "bad.exe"}, "{firings: 1}")));
  rules.rules.front().tests.front().events.front().json = "[]";
  EXPECT_THAT(RunRuleTests(rules, {}).front().failures,
              ElementsAre("event 1 is rejected: not_an_object"));
}

TEST(RuleTests, AFormatThatTheRuleDoesNotRunOn) {
  rule::RuleSet rules =
      *LoadText(test::RuleFile("bad.exe", "", TestOf({"bad.exe"}, "{firings: 1}")));
  rules.rules.front().profiles = {"windows-nxlog"};
  EXPECT_THAT(RunRuleTests(rules, {}).front().failures,
              ElementsAre("the rule does not run on events of qualys-edr"));
  rules.rules.front().tests.front().profile = "nowhere";
  EXPECT_THAT(RunRuleTests(rules, {}).front().failures,
              ElementsAre("the rule does not run on events of nowhere"));
}

}  // namespace
}  // namespace riposte::app
