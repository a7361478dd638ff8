#include "app/rule_tests.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/rule_loading.h"
#include "rules/rule/load.h"
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

// The failures of the one test of a rule with that trigger on processes.
std::vector<std::string> FailuresOfTimeline(std::string_view trigger, std::string_view test) {
  const rule::RuleSetPtr rules = LoadText(fmt::format(
      "id: 0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c10\nname: N\nseverity: low\n{}trigger: {}\ntests: "
      "[{{name: t, {}}}]\n",
      trigger.find("steps") == std::string_view::npos ? "query: 'type: PROCESS'\n" : "", trigger,
      test));
  return RunRuleTests(*rules, {}).front().failures;
}

constexpr std::string_view kTwoWithin = "{count: {at_least: 2, within: 1m, group_by: [asset.id]}}";
// At the begin, after 30 s and 5 s later; nothing says when they were.
constexpr std::string_view kThreeEvents =
    "events: [{at: 0s, event: {type: PROCESS, asset: {agentId: A1}}}, {at: 30s, event: {type: "
    "PROCESS, asset: {agentId: A1}}}, {event: {type: PROCESS, asset: {agentId: B}}}]";

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

TEST(RuleTests, WhatFiredWhenIfItWasNotAsExpected) {
  const auto failures = [](std::string_view expected) {
    return FailuresOfTimeline(kTwoWithin,
                              fmt::format("{}, expect: {{firings: {}}}", kThreeEvents, expected));
  };
  EXPECT_THAT(failures("1"), IsEmpty());
  EXPECT_THAT(failures("[{at: 30s}]"), IsEmpty());
  EXPECT_THAT(failures("[{at: 30s, events: 2}]"), IsEmpty());
  EXPECT_THAT(failures("2"),
              ElementsAre("expected 2 firings, got 1", "fired at 30s: 2 events of asset.id a1"));
  EXPECT_THAT(failures("[{at: 30s, events: 3}, {at: 1m}]"),
              ElementsAre("expected a firing at 30s of 3 events, there was none",
                          "expected a firing at 1m, there was none",
                          "did not expect the firing at 30s of 2 events",
                          "fired at 30s: 2 events of asset.id a1"));
  EXPECT_THAT(failures("[]"), ElementsAre("did not expect the firing at 30s of 2 events",
                                          "fired at 30s: 2 events of asset.id a1"));
}

// An expectation of any number of events leaves the firing to the one that needs it.
TEST(RuleTests, FiringsAreAMultiset) {
  EXPECT_THAT(FailuresOfTimeline(
                  "{single_match: }",
                  fmt::format("{}, expect: {{firings: [{{at: 30s}}, {{at: 30s, events: 1}}, {{at: "
                              "0s}}]}}",
                              kThreeEvents)),
              IsEmpty())
      << "the third comes with the one before it";
}

TEST(RuleTests, WhatWaitsForTimeToGoOn) {
  constexpr std::string_view kUnanswered =
      "{sequence: {within: 1m, by: [asset.id], steps: [{query: 'type: PROCESS'}, {absent: 'type: "
      "FILE'}]}}";
  EXPECT_THAT(
      FailuresOfTimeline(kUnanswered, fmt::format("{}, expect: {{firings: 2}}", kThreeEvents)),
      ElementsAre("expected 2 firings, got 0", "nothing fired",
                  "2 more would have fired later: let time go on by an entry that has only "
                  "'at'"));
}

TEST(RuleTests, MatchesThatCameToNoGroup) {
  EXPECT_THAT(FailuresOfTimeline("{count: {at_least: 1, within: 1m, group_by: [process.username]}}",
                                 fmt::format("{}, expect: {{firings: 1}}", kThreeEvents)),
              ElementsAre("expected 1 firings, got 0", "nothing fired",
                          "3 times a match has no value of the group or of what is measured"));
}

// What an author pastes has its own date; times are told since the first.
TEST(RuleTests, ATestBeginsWhenItsFirstEventSaysSo) {
  EXPECT_THAT(FailuresOfTimeline("{single_match: }",
                                 "events: [{at: 1m, event: {type: PROCESS, dateTime: "
                                 "\"2019-05-05T00:01:00Z\"}}, {event: {type: PROCESS, dateTime: "
                                 "\"2019-05-04T23:59:00Z\"}}], expect: {firings: [{at: 0s}]}"),
              ElementsAre("expected a firing at 0s, there was none",
                          "did not expect the firing at 1m of 1 event",
                          "did not expect the firing at -1m of 1 event", "fired at 1m: 1 event",
                          "fired at -1m: 1 event"));
}

TEST(RuleTests, TimesBeyondAll) {
  EXPECT_THAT(
      FailuresOfTimeline(
          kTwoWithin,
          "events: [{at: 9000000000000000000ms, event: {type: PROCESS, asset: {agentId: "
          "A1}}}, {at: 15000000000w, event: {type: PROCESS, asset: {agentId: A1}, dateTime: "
          "\"0000-01-01T00:00:00Z\"}}, {at: 15000000000w}], expect: {firings: 0}"),
      IsEmpty());
}

// The loader knew it, but its data cannot be read any more.
TEST(RuleTests, ATimeZoneThatIsNotKnown) {
  rule::RuleSet rules = *LoadText(fmt::format(
      "id: 0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c10\nname: N\nseverity: low\nquery: 'type: PROCESS'\n"
      "trigger: {{scheduled: {{daily: , from: '00:00', to: '00:00', group_by: []}}}}\n"
      "tests: [{{name: t, {}, expect: {{firings: 0}}}}]\n",
      kThreeEvents));
  std::get<rule::Scheduled>(rules.rules[0].trigger).timezone = "Europe/Nowhere";
  EXPECT_THAT(RunRuleTests(rules, {}).front().failures,
              ElementsAre(testing::HasSubstr("Europe/Nowhere")));
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
