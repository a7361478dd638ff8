#include "engine/pipeline/window_firing.h"

#include <algorithm>
#include <deque>
#include <random>

#include <gtest/gtest.h>

#include "engine/remediate/ids.h"
#include "engine/trigger/count.h"
#include "tests/engine/pipeline/window_fixture.h"

namespace riposte::pipeline {
namespace {

using rule::AutoMode;
using rule::Remediate;
using test::EventJson;
using test::FieldOf;
using test::ProcessEvent;
using test::TimeAt;

const Time kBegin = TimeAt(test::kEventTime);
const Duration kLateness = std::chrono::hours(1);
const rule::Rule kKill = test::WithCount(test::KillRule("evil", AutoMode::kEnforce));
const rule::Rule kIsolate = test::WithCount(test::IsolateRule("evil", AutoMode::kEnforce));

EventJson Process(int64_t pid) {
  return ProcessEvent("e" + std::to_string(pid), "evil").With("pid", pid);
}
std::string AtOffset(Time time) { return std::to_string((time - kBegin).count() / 1000); }

WindowFiring Fire(const rule::Rule& rule, const trigger::Completion& completion,
                  const std::vector<std::string>& group = {}) {
  return FireWindow(rule, *test::EngineSchema(), completion, group);
}

// The pids of the targets, or why there are none; then how many were left out.
std::string Targets(const WindowFiring& window) {
  std::string text(window.targets.empty() ? remediate::RefusalName(window.no_target) : "");
  for (const remediate::Subject& target : window.targets)
    text += (text.empty() ? "" : " ") +
            (target.process.pid ? std::to_string(*target.process.pid) : std::string("-"));
  if (window.targets_left_out > 0) text += " +" + std::to_string(window.targets_left_out);
  return text;
}
std::string Assets(const WindowFiring& window) {
  std::string text(window.targets.empty() ? remediate::RefusalName(window.no_target) : "");
  for (const remediate::Subject& target : window.targets)
    text += (text.empty() ? "" : " ") + std::string(target.asset.id) + "/" +
            std::string(target.asset.name);
  return text;
}

TEST(WindowFiringTest, AFiringOfAnEvent) {
  const trigger::Completion completion =
      test::Window().Add(Process(1)).Add(Process(2)).Add(Process(3)).Completed();
  const WindowFiring window = Fire(kKill, completion);
  test::EngineDecoder decoder;
  const remediate::Origin origin{.topic = "edr", .partition = 3, .offset = 42};
  const remediate::Firing single =
      remediate::MakeFiring(kKill, remediate::SubjectOf(decoder.Decode(Process(3)), origin));
  EXPECT_EQ(window.firing.id, single.id) << "as if the completing event were alone";
  EXPECT_EQ(window.firing.trigger_key, single.trigger_key);
  EXPECT_FALSE(window.by_deadline);
  EXPECT_EQ(window.event.event_id, "e3");
  EXPECT_EQ(window.firing.event_ids, (std::vector<std::string>{"e1", "e2", "e3"}));
  EXPECT_EQ(window.firing.matches, 3);
  EXPECT_EQ(window.measure, 3.0);
  EXPECT_EQ(window.first_time, kBegin);
  EXPECT_EQ(AtOffset(window.last_time), "2");
  EXPECT_EQ(AtOffset(window.firing.append_time), "3");
  EXPECT_EQ(AtOffset(window.firing.oldest_append_time), "1");
  EXPECT_EQ(Fire(test::WithSteps(kKill), completion).measure, std::nullopt);
}

TEST(WindowFiringTest, TheOldestAppendTimeIsOfAnyPlace) {
  test::Window window;
  window.Add(Process(1)).Add(test::KeptEvent(Process(2), -50)).Add(Process(3));
  EXPECT_EQ(AtOffset(Fire(kKill, window.Completed()).firing.oldest_append_time), "-49");
}

TEST(WindowFiringTest, TheGroupIsInTheIdAndNamed) {
  const trigger::Completion completion = test::Window().Add(Process(1)).Completed();
  const rule::Rule rule = test::WithCount(kKill, {FieldOf("event.asset"), FieldOf("event.image")});
  const std::vector<std::string> group = {"a1", "x"};
  const WindowFiring window = Fire(rule, completion, group);
  ASSERT_EQ(window.group.size(), 2u);
  EXPECT_EQ(window.group[0].field, "event.asset");
  EXPECT_EQ(window.group[0].value, "a1");
  EXPECT_EQ(window.group[1].field, "event.image");
  EXPECT_EQ(window.firing.id, remediate::FiringId(rule.id, "A1", window.firing.trigger_key));
  EXPECT_NE(Fire(rule, completion, {"a1", "y"}).firing.id, window.firing.id);
  EXPECT_NE(Fire(rule, completion).firing.id, window.firing.id);
}

TEST(WindowFiringTest, OfManyEventsTheFirstAndTheLastAreTold) {
  for (const int64_t count : {39, 40, 41, 100}) {
    test::Window window;
    for (int64_t i = 0; i < count; ++i) window.Add(Process(i));
    const std::vector<std::string> ids = Fire(kKill, window.Completed()).firing.event_ids;
    ASSERT_EQ(ids.size(), static_cast<size_t>(std::min<int64_t>(count, 40)));
    EXPECT_EQ(ids[19], "e19");
    EXPECT_EQ(ids[ids.size() - 19], "e" + std::to_string(count - 19));
    EXPECT_EQ(ids.back(), "e" + std::to_string(count - 1));
  }
}

TEST(WindowFiringTest, WhichEventsAreRemediated) {
  test::Window window;
  window.Add(Process(1), 0b01).Add(Process(2), 0b11).Add(Process(1), 0b01).Add(Process(3), 0b10);
  const trigger::Completion completion = window.Completed();
  const rule::Rule rule = test::WithSteps(kKill);
  EXPECT_EQ(Targets(Fire(rule, completion)), "3");
  EXPECT_EQ(Targets(Fire(test::Remediating(rule, Remediate::kAll), completion)), "3 1 2");
  EXPECT_EQ(Targets(Fire(test::Remediating(rule, Remediate::kStep, "a"), completion)), "1 2");
  EXPECT_EQ(Targets(Fire(test::Remediating(rule, Remediate::kStep, "b"), completion)), "3 2");
}

TEST(WindowFiringTest, NothingIsChosenWithoutARemediation) {
  const trigger::Completion completion = test::Window().Add(Process(1)).Completed();
  EXPECT_EQ(Targets(Fire(test::WithCount(test::RuleFor("evil")), completion)), "none");
}

// Against a list of all.
TEST(WindowFiringTest, OfAllTheNewestDistinctOnes) {
  const rule::Rule rule = test::Remediating(kKill, Remediate::kAll);
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    test::Window window;
    std::vector<int64_t> newest_first;
    bool has_registry = false;
    const int events = static_cast<int>(1 + random() % 60);
    const int64_t pids = 1 + static_cast<int64_t>(random() % 40);
    for (int i = 0; i < events; ++i) {
      if (i + 1 < events && random() % 5 == 0) {
        window.Add(EventJson("REGISTRY"));
        has_registry = true;
        continue;
      }
      const int64_t pid = 10 + static_cast<int64_t>(random()) % pids;
      window.Add(Process(pid));
      std::erase(newest_first, pid);
      newest_first.insert(newest_first.begin(), pid);
    }
    std::string expected;
    for (size_t i = 0; i < std::min(newest_first.size(), kTargetsMax); ++i)
      expected += (i > 0 ? " " : "") + std::to_string(newest_first[i]);
    const WindowFiring fired = Fire(rule, window.Completed());
    std::string got = Targets(fired);
    const size_t refused = got.find(" -");
    EXPECT_EQ(refused != std::string::npos, has_registry);
    EXPECT_EQ(got.substr(0, std::min(refused, got.find(" +"))), expected);
    EXPECT_EQ(fired.targets_left_out,
              newest_first.size() - std::min(newest_first.size(), kTargetsMax));
  }
}

TEST(WindowFiringTest, ADeadlineHasNoProcessToKill) {
  const trigger::Completion completion = test::Window().Add(Process(1)).AtDeadline();
  for (const Remediate remediate : {Remediate::kCompleting, Remediate::kAll, Remediate::kStep})
    EXPECT_EQ(Targets(Fire(test::Remediating(test::WithSteps(kKill), remediate, "a"), completion)),
              "no_target_event");
}

TEST(WindowFiringTest, AFiringAtADeadline) {
  const trigger::Completion completion =
      test::Window().Add(Process(1)).Add(Process(2)).AtDeadline();
  const rule::Rule rule =
      test::WithSchedule(kIsolate, {FieldOf("event.image"), FieldOf("event.asset")});
  const std::vector<std::string> group = {"x", "a1"};
  const WindowFiring window = Fire(rule, completion, group);
  EXPECT_TRUE(window.by_deadline);
  EXPECT_EQ(window.firing.id,
            remediate::MakeFiringAtDeadline(rule, "a1", group, completion.time).id);
  EXPECT_EQ(window.firing.event_ids, (std::vector<std::string>{"e1", "e2"}));
  EXPECT_EQ(window.firing.matches, 2);
  EXPECT_EQ(AtOffset(window.firing.event_time), "60");
  EXPECT_EQ(AtOffset(window.firing.append_time), "60");
  EXPECT_EQ(AtOffset(window.firing.oldest_append_time), "1");
  EXPECT_EQ(AtOffset(window.last_time), "1");
  EXPECT_EQ(Assets(window), "A1/WIN7") << "as the events spell it";
}

TEST(WindowFiringTest, ADeadlineIsAsOldAsItsNewestEventIfThatCameLater) {
  test::Window window;
  window.Add(test::KeptEvent(Process(1), 500)).Add(Process(2));
  EXPECT_EQ(AtOffset(Fire(kIsolate, window.AtDeadline()).firing.append_time), "501");
}

TEST(WindowFiringTest, IsolationAtADeadlineIsOfTheGroupOrTheOnlyAsset) {
  const auto event = [](const char* asset) { return Process(1).With("asset", asset); };
  std::deque<trigger::Completion> completions;  // firings are views of them
  const auto fire = [&](const std::vector<const char*>& assets, const rule::Rule& rule,
                        const std::vector<std::string>& group = {}) {
    test::Window window;
    for (const char* asset : assets) window.Add(event(asset));
    return Fire(rule, completions.emplace_back(window.AtDeadline()), group);
  };
  EXPECT_EQ(Assets(fire({"A1", "A1"}, kIsolate)), "A1/WIN7");
  EXPECT_EQ(Assets(fire({"A1", ""}, kIsolate)), "A1/WIN7");
  EXPECT_EQ(Assets(fire({"A1", "A2"}, kIsolate)), "no_single_asset");
  EXPECT_EQ(Assets(fire({""}, kIsolate)), "no_single_asset");
  EXPECT_EQ(fire({"A1", "A2"}, kIsolate).event.asset.id, "");
  const rule::Rule by_asset = test::WithSchedule(kIsolate, {FieldOf("event.asset")});
  const std::vector<std::string> unknown = {"b7"};
  EXPECT_EQ(Assets(fire({"A1"}, by_asset, unknown)), "b7/") << "nothing was kept of its events";
  EXPECT_EQ(Assets(fire({"A1", "A2", "A1"}, test::Remediating(kIsolate, Remediate::kAll))),
            "A1/WIN7 A2/WIN7");
}

TEST(WindowFiringTest, SnapshotsIsolateNothing) {
  std::string json = EventJson("PROCESS").Text();
  json.insert(1, R"("snapshot":true,)");
  test::EngineDecoder decoder;
  std::string kept;
  remediate::WriteSubject(remediate::SubjectOf(decoder.Decode(json), {.topic = "t"}), kept);
  EXPECT_TRUE(Fire(kIsolate, test::Window().Add(kept).AtDeadline()).targets[0].is_snapshot);
  EXPECT_FALSE(
      Fire(kIsolate, test::Window().Add(kept).Add(Process(1)).AtDeadline()).targets[0].is_snapshot);
}

// Firings of another rule that no event completed have left nothing.
TEST(WindowFiringTest, WhatIsNoEventCompletesAsADeadline) {
  const trigger::Completion completion =
      test::Window().Add(Process(1)).Add(std::string()).Completed();
  const WindowFiring window = Fire(test::Remediating(kKill, Remediate::kAll), completion);
  EXPECT_TRUE(window.by_deadline);
  EXPECT_EQ(window.firing.trigger_key, remediate::DeadlineKey({}, completion.time));
  EXPECT_EQ(window.firing.event_ids, std::vector<std::string>{"e1"});
  EXPECT_EQ(window.firing.matches, 2);
  EXPECT_EQ(Targets(window), "no_target_event");
  const rule::Rule by_step = test::Remediating(test::WithSteps(kKill), Remediate::kStep, "b");
  EXPECT_EQ(Targets(Fire(by_step, test::Window().Add("", 0b10).Add(Process(1)).Completed())),
            "no_target_event");
}

TEST(WindowFiringTest, HostileBytesAreNoEvents) {
  test::Window window;
  window.Add(std::string(1000, '\xff')).Add(std::string("\x01"));
  EXPECT_TRUE(Fire(kIsolate, window.Completed()).by_deadline);
  EXPECT_EQ(Fire(kIsolate, test::Window().AtDeadline()).firing.matches, 0);
}

// Two within a window fire; what comes then joins, until the watermark closes the cooldown.
class CooldownTest : public testing::Test {
 protected:
  CooldownTest() : criterion_(std::get<rule::Count>(rule_.trigger), kLateness) {}

  static rule::Rule PairRule() {
    rule::Rule rule = test::WithCount(test::RuleFor("evil"), {FieldOf("event.asset")});
    auto& count = std::get<rule::Count>(rule.trigger);
    count.threshold = 2;
    count.cooldown = std::chrono::minutes(15);
    return rule;
  }

  void Take(int64_t second, const std::string& event) {
    criterion_.OnOccurrence(
        state_,
        {.place = {.time = kBegin + std::chrono::seconds(second), .order = ++order_},
         .event = event,
         .value = {}},
        outcome_);
    std::string bytes;
    ByteWriter writer(bytes);
    criterion_.Write(state_, writer);
    ByteReader reader(bytes);
    trigger::CountState read;
    ASSERT_TRUE(criterion_.Read(reader, read));
    state_ = std::move(read);
  }

  // The summary is named as the alert was.
  void ExpectSameName(const std::vector<std::string>& group) {
    Take(3, test::KeptEvent(Process(3), 3));
    ASSERT_EQ(outcome_.fired.size(), 1u);
    criterion_.OnTime(state_, kBegin + std::chrono::hours(1), outcome_);
    ASSERT_EQ(outcome_.closed.size(), 1u);
    const WindowFiring alert = Fire(rule_, outcome_.fired[0], group);
    const SummarizedFiring firing =
        FiringOf(rule_, *test::EngineSchema(), outcome_.closed[0], group);
    EXPECT_EQ(firing.id, alert.firing.id);
    EXPECT_EQ(firing.asset_id, alert.event.asset.id);
    EXPECT_FALSE(firing.asset_id.empty());
  }

  const rule::Rule rule_ = PairRule();
  trigger::CountCriterion criterion_;
  trigger::CountState state_;
  trigger::Outcome outcome_;
  uint64_t order_ = 0;
};

TEST_F(CooldownTest, ASummaryNamesTheFiringOfAnEvent) {
  Take(1, test::KeptEvent(Process(1), 1));
  Take(2, test::KeptEvent(Process(2), 2));
  ExpectSameName({"a1"});
}

TEST_F(CooldownTest, ASummaryNamesTheFiringThatALateEventCompleted) {
  Take(2, test::KeptEvent(Process(2), 2));
  Take(1, test::KeptEvent(Process(1), 1));
  ExpectSameName({"a1"});
}

TEST_F(CooldownTest, ASummaryNamesTheFiringThatNoEventCompleted) {
  Take(1, std::string());
  Take(2, std::string());
  ExpectSameName({"a1"});
  EXPECT_TRUE(Fire(rule_, outcome_.fired[0], {"a1"}).by_deadline);
}

TEST(WindowFiringTest, AnActionIsAboutItsTarget) {
  const trigger::Completion completion = test::Window().Add(Process(1)).Add(Process(2)).Completed();
  const WindowFiring window = Fire(test::Remediating(kKill, Remediate::kAll), completion);
  Action action;
  action.proposal.target = 1;
  EXPECT_EQ(TargetOf(window, action).event_id, "e1");
  const WindowFiring none = Fire(kKill, test::Window().Add(Process(1)).AtDeadline());
  EXPECT_EQ(&TargetOf(none, Action{}), &none.event);
  EXPECT_EQ(TargetsOf(none).none_because, remediate::Refusal::kNoTargetEvent);
}

}  // namespace
}  // namespace riposte::pipeline
