#include <gtest/gtest.h>

#include "engine/guard/standard.h"
#include "engine/pipeline/firing_outputs.h"
#include "tests/engine/pipeline/window_fixture.h"

namespace riposte::pipeline {
namespace {

class FiringOutputsTest : public testing::Test {
 protected:
  FiringOutputs Outputs() {
    open_.Begin(kNow);
    return {{.guards = &guards_,
             .enforcement = &enforcement_,
             .arming = &armed_,
             .ttl = {},
             .now = kNow},
            {.alert_bytes_max = alert_bytes_max_, .audit_bytes_max = 100'000},
            open_};
  }
  const std::vector<OutRecord>& Records() { return open_.Seal({}, rules_, {}, {}); }
  std::vector<OutTopic> Topics() {
    std::vector<OutTopic> topics;
    for (const OutRecord& record : Records()) topics.push_back(record.topic);
    return topics;
  }
  // Views `completion_`.
  WindowFiring Window(const rule::Rule& rule) const {
    return FireWindow(rule, *test::EngineSchema(), completion_, {});
  }

  const Time kNow = test::TimeAt(test::kEventTime);
  const guard::Chain guards_ = guard::StandardChain({});
  guard::Enforcement enforcement_{.enabled = true, .disabled_because = {}};
  const test::AlwaysArmed armed_;
  size_t alert_bytes_max_ = 100'000;
  const rule::RuleSetPtr rules_ =
      test::RuleSetOf({test::KillRule("evil", rule::AutoMode::kEnforce),
                       test::WithCount(test::KillRule("evil", rule::AutoMode::kEnforce))});
  const trigger::Completion completion_ = test::Window()
                                              .Add(test::ProcessEvent("e1", "evil"))
                                              .Add(test::ProcessEvent("e2", "evil"))
                                              .Completed();
  test::EngineDecoder decoder_;
  Transaction open_;
};

TEST_F(FiringOutputsTest, WhatASingleMatchOrdersIsToldAndCounted) {
  const remediate::Subject event = remediate::SubjectOf(
      decoder_.Decode(test::ProcessEvent("e1", "evil")), {.topic = "edr", .append_time = kNow});
  Outputs().Put(rules_->rules[0], event, {.matched = {}, .event_bytes_max = 1'000});
  EXPECT_TRUE(open_.has_command());
  EXPECT_EQ(open_.counts().firings[static_cast<size_t>(rule::Severity::kHigh)], 1u);
  EXPECT_EQ(Topics(),
            (std::vector<OutTopic>{OutTopic::kCommands, OutTopic::kAudit, OutTopic::kCommands,
                                   OutTopic::kAudit, OutTopic::kAlerts}));
  const json::Value alert = json::Parse(Records().back().value).value();
  EXPECT_NE(alert.Find("event"), nullptr);
}

TEST_F(FiringOutputsTest, AWindowIsDecidedAndToldAsASingleMatchIs) {
  // Enforcement is off: the decisions are told, and nothing is ordered.
  enforcement_ = {};
  Outputs().Put(Window(rules_->rules[1]));
  EXPECT_FALSE(open_.has_command());
  EXPECT_EQ(open_.counts().firings[static_cast<size_t>(rule::Severity::kHigh)], 1u);
  EXPECT_EQ(Topics(),
            (std::vector<OutTopic>{OutTopic::kAudit, OutTopic::kAudit, OutTopic::kAlerts}));
}

TEST_F(FiringOutputsTest, AnAlertKeepsToItsTopicsBound) {
  Outputs().Put(Window(rules_->rules[1]));
  const size_t whole = Records().back().value.size();
  open_.Clear();
  alert_bytes_max_ = whole;
  Outputs().Put(Window(rules_->rules[1]));
  EXPECT_EQ(Records().back().value.size(), whole);
  open_.Clear();
  alert_bytes_max_ = whole - 1;
  Outputs().Put(Window(rules_->rules[1]));
  EXPECT_LT(Records().back().value.size(), whole);
}

}  // namespace
}  // namespace riposte::pipeline
