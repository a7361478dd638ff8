#include "engine/pipeline/decide.h"

#include <gtest/gtest.h>

#include "tests/engine/pipeline/task_harness.h"

namespace riposte::pipeline {
namespace {

using rule::AutoMode;

const Time kNow = test::TimeAt("2026-11-25T01:00:05Z");

// "kill_process ordered", "kill_process denied size command_too_large".
std::vector<std::string> Show(const rule::Rule& rule, const test::EventJson& json,
                              size_t command_bytes_max = 10'000, bool enabled = true) {
  test::EngineDecoder decoder;
  const guard::Chain guards = guard::StandardChain({});
  const guard::Enforcement enforcement{.enabled = enabled, .disabled_because = "off"};
  const test::AlwaysArmed arming;
  const Decided decided = Decide(rule, decoder.Decode(json),
                                 {.topic = "edr",
                                  .partition = 0,
                                  .offset = 0,
                                  .index = 0,
                                  .append_time = test::TimeAt("2026-11-25T01:00:01Z")},
                                 {.guards = &guards,
                                  .enforcement = &enforcement,
                                  .arming = &arming,
                                  .ttl = {},
                                  .command_bytes_max = command_bytes_max,
                                  .now = kNow});
  std::vector<std::string> shown;
  for (const Action& action : decided.actions) {
    std::string text = std::string(remediate::ActionName(action.proposal.action)) + " " +
                       std::string(OutcomeName(action.outcome));
    for (const std::string_view part : {action.guard(), action.reason()})
      if (!part.empty()) text += " " + std::string(part);
    shown.push_back(std::move(text));
    EXPECT_EQ(action.detail().empty(), action.outcome == Outcome::kOrdered);
  }
  return shown;
}

TEST(DecideTest, WhatBecomesOfTheActions) {
  const rule::Rule kill = test::KillRule("evil", AutoMode::kEnforce);
  const test::EventJson event = test::ProcessEvent("e1", "evil");
  EXPECT_EQ(Show(kill, event),
            (std::vector<std::string>{"kill_process ordered", "quarantine_file ordered"}));
  EXPECT_EQ(Show(kill, event, 10'000, false),
            (std::vector<std::string>{"kill_process dry_run kill_switch enforcement_disabled",
                                      "quarantine_file dry_run kill_switch "
                                      "enforcement_disabled"}));
  EXPECT_EQ(Show(test::KillRule("evil", AutoMode::kDryRun), event)[0],
            "kill_process dry_run mode rule_dry_run");
  EXPECT_EQ(Show(kill, test::EventJson("REGISTRY"))[0], "kill_process refused registry_event");
  EXPECT_TRUE(Show(test::RuleFor("evil"), event).empty());
}

TEST(DecideTest, AnInterpreterDiesAndItsFileStays) {
  EXPECT_EQ(Show(test::KillRule("evil", AutoMode::kEnforce),
                 test::ProcessEvent("e1", "evil").With("image", R"(C:\Windows\System32\cmd.exe)")),
            (std::vector<std::string>{"kill_process ordered",
                                      "quarantine_file denied protected protected_file"}));
}

TEST(DecideTest, ACommandThatTheTopicDoesNotTakeIsDenied) {
  EXPECT_EQ(Show(test::KillRule("evil", AutoMode::kEnforce), test::ProcessEvent("e1", "evil"), 10),
            (std::vector<std::string>{"kill_process denied size command_too_large",
                                      "quarantine_file denied size command_too_large"}));
}

}  // namespace
}  // namespace riposte::pipeline
