#include "engine/pipeline/decide.h"

#include <algorithm>
#include <list>
#include <optional>

#include <gtest/gtest.h>

#include "tests/engine/guard/command_fixture.h"
#include "tests/engine/pipeline/task_harness.h"

namespace riposte::pipeline {
namespace {

using rule::AutoMode;

const Time kNow = test::TimeAt("2026-11-25T01:00:05Z");

// "kill_process ordered", "kill_process denied size command_too_large".
std::vector<std::string> Show(const std::vector<Action>& actions) {
  std::vector<std::string> shown;
  for (const Action& action : actions) {
    std::string text = std::string(remediate::ActionName(action.proposal.action)) + " " +
                       std::string(OutcomeName(action.outcome));
    for (const std::string_view part : {action.guard(), action.reason()})
      if (!part.empty()) text += " " + std::string(part);
    shown.push_back(std::move(text));
    EXPECT_EQ(action.detail().empty(), action.outcome == Outcome::kOrdered);
  }
  return shown;
}
std::vector<std::string> Show(const rule::Rule& rule, const test::EventJson& json,
                              size_t command_bytes_max = 10'000, bool enabled = true) {
  test::EngineDecoder decoder;
  const guard::Chain guards = guard::StandardChain({});
  const guard::Enforcement enforcement{.enabled = enabled, .disabled_because = "off"};
  const test::AlwaysArmed arming;
  const remediate::Origin origin{.topic = "edr",
                                 .append_time = test::TimeAt("2026-11-25T01:00:01Z")};
  const Decided decided = Decide(rule, remediate::SubjectOf(decoder.Decode(json), origin),
                                 {.guards = &guards,
                                  .enforcement = &enforcement,
                                  .arming = &arming,
                                  .ttl = {},
                                  .command_bytes_max = command_bytes_max,
                                  .now = kNow});
  return Show(decided.actions);
}

// A window of a rule on events, each an event and when it was received.
class WindowCase {
 public:
  explicit WindowCase(rule::Rule rule) : rule_(std::move(rule)) { enforcement_.enabled = true; }
  WindowCase& Add(const test::EventJson& json, Time append_time) {
    const remediate::Origin origin{.topic = "edr", .append_time = append_time};
    std::string& kept = kept_.emplace_back();
    remediate::WriteSubject(remediate::SubjectOf(decoder_.Decode(json), origin), kept);
    return *this;
  }
  Decided Decide(std::optional<Time> armed_at = Time{}) {
    arming_.armed_at = armed_at;
    std::vector<remediate::Subject> targets;
    for (const std::string& kept : kept_) targets.push_back(*remediate::ReadSubject(kept));
    remediate::Firing firing = remediate::MakeFiring(rule_, targets.front());
    for (const remediate::Subject& target : targets)
      firing.oldest_append_time = std::min(firing.oldest_append_time, target.append_time());
    return pipeline::Decide(firing, {.subjects = targets}, Circumstances());
  }
  Decided Refuse(remediate::Refusal refusal) {
    return pipeline::Decide(remediate::MakeFiringAtDeadline(rule_, "", {}, kNow),
                            {.subjects = {}, .none_because = refusal}, Circumstances());
  }

 private:
  pipeline::Circumstances Circumstances() const {
    return {.guards = &guards_,
            .enforcement = &enforcement_,
            .arming = &arming_,
            .ttl = {},
            .command_bytes_max = 10'000,
            .now = kNow};
  }

  rule::Rule rule_;
  test::EngineDecoder decoder_;
  std::list<std::string> kept_;
  const guard::Chain guards_ = guard::StandardChain({});
  guard::Enforcement enforcement_;
  test::FixedArming arming_;
};

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

const Time kReceived = test::TimeAt("2026-11-25T01:00:01Z");
const rule::Rule kKill = test::KillRule("evil", AutoMode::kEnforce);

test::EventJson Process(int64_t pid) { return test::ProcessEvent("e1", "evil").With("pid", pid); }

TEST(DecideTest, OneCommandForEachTarget) {
  const Decided decided = WindowCase(kKill)
                              .Add(Process(10), kReceived)
                              .Add(Process(11), kReceived)
                              .Add(Process(10), kReceived)
                              .Add(test::EventJson("REGISTRY"), kReceived)
                              .Add(test::EventJson("REGISTRY").With("id", "e2"), kReceived)
                              .Decide();
  EXPECT_EQ(
      Show(decided.actions),
      (std::vector<std::string>{"kill_process ordered", "kill_process ordered",
                                "kill_process refused registry_event", "quarantine_file ordered",
                                "quarantine_file refused registry_event"}))
      << "all kills before the quarantine of the one image";
  const std::vector<size_t> targets = {0, 1, 3, 0, 3};
  for (size_t i = 0; i < targets.size(); ++i)
    EXPECT_EQ(decided.actions[i].proposal.target, targets[i]) << i;
  EXPECT_NE(decided.actions[0].proposal.command->id, decided.actions[1].proposal.command->id);
  for (const size_t i : {0, 1, 3})
    EXPECT_EQ(decided.actions[i].proposal.command->firing_id, decided.firing.id);
}

TEST(DecideTest, TargetsOfSeveralAssetsAreEachInTheirScope) {
  EXPECT_EQ(Show(WindowCase(test::IsolateRule("evil", AutoMode::kEnforce))
                     .Add(Process(10), kReceived)
                     .Add(Process(10).With("asset", "A2"), kReceived)
                     .Decide()
                     .actions),
            (std::vector<std::string>{"quarantine_asset ordered", "quarantine_asset ordered"}));
}

TEST(DecideTest, ExpiryJudgesTheEventOfTheTarget) {
  const Time old = kNow - std::chrono::hours(2);
  const Decided decided = WindowCase(kKill)
                              .Add(Process(10), kReceived)
                              .Add(Process(11).With("time", FormatTime(old)), old)
                              .Decide();
  EXPECT_EQ(
      Show(decided.actions),
      (std::vector<std::string>{"kill_process ordered", "kill_process denied expiry event_too_old",
                                "quarantine_file ordered"}));
}

TEST(DecideTest, ArmingJudgesTheOldestEvent) {
  WindowCase window(kKill);
  window.Add(Process(10), kReceived).Add(Process(11), kReceived - Duration(5));
  EXPECT_EQ(Show(window.Decide(kReceived - Duration(5)).actions)[0], "kill_process ordered");
  for (const std::string& shown : Show(window.Decide(kReceived - Duration(4)).actions))
    EXPECT_TRUE(shown.ends_with(" dry_run mode event_before_arming")) << shown;
}

TEST(DecideTest, WithoutTargetsEachActionIsRefused) {
  EXPECT_EQ(Show(WindowCase(kKill).Refuse(remediate::Refusal::kNoTargetEvent).actions),
            (std::vector<std::string>{"kill_process refused no_target_event",
                                      "quarantine_file refused no_target_event"}));
  EXPECT_EQ(Show(WindowCase(test::IsolateRule("evil", AutoMode::kEnforce))
                     .Refuse(remediate::Refusal::kNoSingleAsset)
                     .actions),
            std::vector<std::string>{"quarantine_asset refused no_single_asset"});
  EXPECT_TRUE(WindowCase(test::KillRule("evil", AutoMode::kOff))
                  .Refuse(remediate::Refusal::kNoTargetEvent)
                  .actions.empty());
}

// What is decided about events one after the other, with one memory.
class OrdersTest : public testing::Test {
 protected:
  OrdersTest() { enforcement_ = {.enabled = true, .disabled_because = "off"}; }

  std::vector<std::string> Decide(const rule::Rule& rule, const test::EventJson& json) {
    const remediate::Origin origin{.topic = "edr", .append_time = kReceived};
    last_ = pipeline::Decide(rule, remediate::SubjectOf(decoder_.Decode(json), origin),
                             {.guards = &guards_,
                              .enforcement = &enforcement_,
                              .arming = &arming_,
                              .ttl = {},
                              .command_bytes_max = command_bytes_max_,
                              .now = now_,
                              .orders = &orders_});
    return Show(last_.actions);
  }

  test::EngineDecoder decoder_;
  const guard::Chain guards_ = guard::StandardChain({});
  guard::Enforcement enforcement_;
  test::AlwaysArmed arming_;
  size_t command_bytes_max_ = 10'000;
  Time now_ = kNow;
  guard::OrderMemory orders_{{.orders_max = 5}};
  Decided last_;
};

TEST_F(OrdersTest, WhatIsReadAgainIsOrderedOnce) {
  EXPECT_EQ(Decide(kKill, Process(10)),
            (std::vector<std::string>{"kill_process ordered", "quarantine_file ordered"}))
      << "two commands of one firing are two";
  EXPECT_EQ(orders_.orders(), 2u);
  EXPECT_EQ(Decide(kKill, Process(10)),
            (std::vector<std::string>{"kill_process denied duplicate already_ordered",
                                      "quarantine_file denied duplicate already_ordered"}));
  EXPECT_EQ(orders_.orders(), 2u);
}

TEST_F(OrdersTest, ASecondRuleOrdersWhatTheFirstDidNot) {
  Decide(kKill, Process(10));
  rule::Rule other = kKill;
  other.id.bytes[0] ^= 1;
  EXPECT_EQ(Decide(other, Process(10)),
            (std::vector<std::string>{"kill_process denied duplicate in_flight",
                                      "quarantine_file denied duplicate in_flight"}));
  EXPECT_EQ(Decide(other, Process(11)),
            (std::vector<std::string>{"kill_process ordered",
                                      "quarantine_file denied duplicate in_flight"}));
}

TEST_F(OrdersTest, OnlyWhatIsOrderedIsRemembered) {
  enforcement_.enabled = false;
  Decide(kKill, Process(10));
  enforcement_.enabled = true;
  Decide(test::KillRule("evil", AutoMode::kDryRun), Process(10));
  Decide(kKill, Process(4));
  command_bytes_max_ = 10;
  Decide(kKill, Process(10));
  command_bytes_max_ = 10'000;
  EXPECT_EQ(orders_.orders(), 1u) << "the image of pid 4";
  EXPECT_EQ(Decide(kKill, Process(10))[0], "kill_process ordered");
  EXPECT_EQ(Decide(test::KillRule("evil", AutoMode::kDryRun), Process(10))[0],
            "kill_process dry_run mode rule_dry_run")
      << "the dry twin of what enforces";
}

TEST_F(OrdersTest, AFloodIsOrderedAndSaysThatItIsNotRemembered) {
  for (int64_t pid = 10; pid < 14; ++pid) {
    Decide(kKill, Process(pid));
    EXPECT_EQ(last_.actions[0].trail.back().guard, "mode");
  }
  EXPECT_EQ(Decide(kKill, Process(14))[0], "kill_process ordered");
  EXPECT_EQ(last_.actions[0].trail.back().guard, "order_memory");
  EXPECT_EQ(last_.actions[0].trail.back().reason, "older_forgotten");
  EXPECT_EQ(Decide(kKill, Process(14).With("asset", "A2"))[0], "kill_process ordered");
  EXPECT_EQ(last_.actions[0].trail.back().reason, "not_remembered");
  EXPECT_EQ(last_.actions[0].trail.back().verdict, guard::Verdict::kAllow);
}

}  // namespace
}  // namespace riposte::pipeline
