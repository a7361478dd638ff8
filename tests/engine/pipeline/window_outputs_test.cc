#include "engine/pipeline/window_outputs.h"

#include <gtest/gtest.h>

#include "engine/guard/standard.h"
#include "engine/trigger/group_key.h"
#include "tests/engine/pipeline/window_fixture.h"

namespace riposte::pipeline {
namespace {

using trigger::Fate;

class WindowOutputsTest : public testing::Test {
 protected:
  void UseRule(rule::Rule rule) {
    live_ = LiveRules::Compile(test::RuleSetOf({test::WithCount(std::move(rule))}), {"test"});
  }
  static trigger::Firing Firing() {
    trigger::Firing firing;
    firing.completion = test::Window()
                            .Add(test::ProcessEvent("e1", "evil"))
                            .Add(test::ProcessEvent("e2", "evil"))
                            .Completed();
    return firing;
  }
  void Put(const trigger::Effects& effects) {
    const Circumstances circumstances{.guards = &guards_,
                                      .enforcement = &disabled_,
                                      .arming = &armed_,
                                      .ttl = {},
                                      .now = test::TimeAt(test::kEventTime)};
    open_.Begin(circumstances.now);
    FiringOutputs outputs(circumstances, {.alert_bytes_max = 100'000, .audit_bytes_max = 100'000},
                          {}, open_, nullptr);
    PutEffects(effects, *live_, outputs);
  }
  std::vector<OutTopic> Topics() {
    std::vector<OutTopic> topics;
    for (const OutRecord& record : open_.Seal({}, live_->rules, {}, {}))
      topics.push_back(record.topic);
    return topics;
  }

  const guard::Chain guards_ = guard::StandardChain({});
  const guard::Enforcement disabled_;
  const test::AlwaysArmed armed_;
  LiveRulesPtr live_;
  Transaction open_;
};

TEST_F(WindowOutputsTest, AFiringIsPut) {
  UseRule(test::KillRule("evil", rule::AutoMode::kEnforce));
  trigger::Effects effects;
  effects.firings.push_back(Firing());
  Put(effects);
  EXPECT_EQ(Topics(),
            (std::vector<OutTopic>{OutTopic::kAudit, OutTopic::kAudit, OutTopic::kAlerts}));
}

TEST_F(WindowOutputsTest, ARuleThatOnlyOthersTakeTellsNothing) {
  rule::Rule silent = test::RuleFor("evil");
  silent.fires = false;
  UseRule(silent);
  trigger::Effects effects;
  effects.firings.push_back(Firing());
  Put(effects);
  EXPECT_EQ(open_.counts().firings[static_cast<size_t>(rule::Severity::kHigh)], 0u);
  EXPECT_TRUE(Topics().empty());
}

TEST_F(WindowOutputsTest, ASummaryNamesTheFiringThatItIsOf) {
  UseRule(test::RuleFor("evil"));
  trigger::Effects fired, closed;
  fired.firings.push_back(Firing());
  const trigger::Completion& completion = fired.firings[0].completion;
  closed.closed.push_back({.rule = 0, .key = {}, .summary = {}});
  closed.closed[0].summary.firing_time = completion.time;
  closed.closed[0].summary.completed_by = completion.events.back();
  closed.closed[0].summary.joined.Add(completion.events.front());
  Put(fired);
  Put(closed);
  EXPECT_EQ(open_.counts().windows.summaries, 1u);
  const std::vector<OutRecord>& records = open_.Seal({}, live_->rules, {}, {});
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].key, records[1].key);
  const json::Value alert = json::Parse(records[0].value).value();
  const json::Value summary = json::Parse(records[1].value).value();
  EXPECT_EQ(summary.StringOr("kind", ""), "summary");
  EXPECT_EQ(summary.StringOr("firing_id", "?"), alert.StringOr("firing_id", ""));
}

TEST_F(WindowOutputsTest, WhatBecameOfMatchesIsCounted) {
  UseRule(test::RuleFor("evil"));
  trigger::Effects effects;
  effects.fates.Add(0, Fate::kCounted);
  effects.fates.Add(0, Fate::kLate);
  effects.fates.Add(0, Fate::kLate);
  effects.evicted.push_back({.rule = 0, .key = {}});
  effects.chained_lost = 3;
  Put(effects);
  CountLeftOut({.no_key = 4, .no_value = 5}, open_.counts().windows);
  const WindowCounts& counts = open_.counts().windows;
  EXPECT_EQ(counts.fates[static_cast<size_t>(Fate::kCounted)], 1u);
  EXPECT_EQ(counts.fates[static_cast<size_t>(Fate::kLate)], 2u);
  EXPECT_EQ(counts.chained_lost, 3u);
  EXPECT_EQ(counts.no_key, 4u);
  EXPECT_EQ(counts.no_value, 5u);
  class Told final : public Observer {
   public:
    void OnCommit(const Report& report) override {
      ASSERT_EQ(report.rules.size(), 1u);
      EXPECT_EQ(report.rules[0].late, 2u);
      EXPECT_EQ(report.rules[0].evicted, 1u);
      told = true;
    }
    void OnAbort(const PartitionId&, bool) override {}
    void OnTaskStopped(const PartitionId&, const Status&) override {}
    bool told = false;
  } observer;
  open_.Seal({}, live_->rules, {}, {});
  open_.Tell({}, {}, observer);
  EXPECT_TRUE(observer.told);
  open_.Clear();
  EXPECT_EQ(open_.counts().windows, WindowCounts());
}

}  // namespace
}  // namespace riposte::pipeline
