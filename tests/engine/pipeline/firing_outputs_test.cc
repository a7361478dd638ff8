#include "engine/pipeline/firing_outputs.h"

#include <gtest/gtest.h>

#include "engine/guard/standard.h"
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
            {.sender = sender_, .watermark = kNow - std::chrono::seconds(5)},
            open_,
            nullptr};
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
  // Tasks that own assets, from which this one is apart.
  static constexpr int32_t kTasks = 4;
  ShuffleSender stateless_{{.name = "edr-9", .state_tasks = kTasks}};
  ShuffleSender* sender_ = nullptr;
};

// An asset that state task `number` owns.
std::string AssetOf(int32_t number, int32_t state_tasks) {
  for (int i = 0;; ++i) {
    std::string asset = "A" + std::to_string(i);
    if (OwnerOf(asset, state_tasks) == number) return asset;
  }
}

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

TEST_F(FiringOutputsTest, AMatchOnAnAssetOfAnotherIsProposedAndCounted) {
  sender_ = &stateless_;
  const std::string asset = AssetOf(2, kTasks);
  const test::EventJson json = test::ProcessEvent("e1", "evil").With("asset", asset);
  const remediate::Subject event =
      remediate::SubjectOf(decoder_.Decode(json), {.topic = "edr", .append_time = kNow});
  Outputs().Put(rules_->rules[0], event, {.matched = {}, .event_bytes_max = 1'000});
  EXPECT_EQ(open_.counts().firings[static_cast<size_t>(rule::Severity::kHigh)], 1u);
  EXPECT_EQ(open_.counts().shuffle.proposals_sent, 1u);
  EXPECT_FALSE(open_.has_command());
  EXPECT_TRUE(open_.hurries());
  ASSERT_EQ(Topics(), std::vector<OutTopic>{OutTopic::kShuffle});
  const OutRecord proposed = Records()[0];
  EXPECT_EQ(proposed.partition, 2);
  EXPECT_EQ(proposed.key, asset);
  open_.Clear();

  ShuffleRecord record;
  const trigger::MatchValues values(rules_);
  ASSERT_EQ(ReadShuffleRecord(proposed.value, values, record), ShuffleReject::kNone);
  EXPECT_EQ(record.sender, "edr-9");
  EXPECT_EQ(record.watermark, kNow - std::chrono::seconds(5));
  Proposal proposal;
  ASSERT_EQ(ReadProposal(*record.proposal, ProposalRules(*rules_), proposal), ProposalFault::kNone);
  for (const int32_t number : {1, 2}) {
    ShuffleSender owner{{.name = "state", .state_tasks = kTasks, .own = number}};
    sender_ = &owner;
    EXPECT_EQ(Outputs().PutProposal(proposal), number == 2);
    EXPECT_EQ(open_.has_command(), number == 2);
    EXPECT_EQ(open_.counts().shuffle.proposals_taken, number == 2 ? 1u : 0u);
  }
  EXPECT_EQ(open_.counts().firings[static_cast<size_t>(rule::Severity::kHigh)], 0u)
      << "the sender counts it";
  EXPECT_EQ(Topics().back(), OutTopic::kAlerts);
}

TEST_F(FiringOutputsTest, WhatOrdersNothingIsToldWhereItFires) {
  sender_ = &stateless_;
  const rule::Rule alerts = test::RuleFor("evil");
  const remediate::Subject event = remediate::SubjectOf(
      decoder_.Decode(test::ProcessEvent("e1", "evil")), {.topic = "edr", .append_time = kNow});
  Outputs().Put(alerts, event, {.matched = {}, .event_bytes_max = 1'000});
  EXPECT_EQ(Topics(), std::vector<OutTopic>{OutTopic::kAlerts});
}

TEST_F(FiringOutputsTest, WhatIsTooLargeToBeProposedIsAlertedAndNotOrdered) {
  sender_ = &stateless_;
  WindowFiring window = Window(rules_->rules[1]);
  window.firing.trigger_key = std::string(kProposalBytesMax, 'k');
  Outputs().Put(window);
  EXPECT_EQ(open_.counts().shuffle.proposals_too_large, 1u);
  EXPECT_FALSE(open_.has_command());
  EXPECT_EQ(Topics(),
            (std::vector<OutTopic>{OutTopic::kAudit, OutTopic::kAudit, OutTopic::kAlerts}));
  EXPECT_NE(Records().back().value.find("too_large_to_propose"), std::string::npos);
}

}  // namespace
}  // namespace riposte::pipeline
