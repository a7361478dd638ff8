#include "engine/pipeline/window_records.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "engine/pipeline/records.h"
#include "tests/engine/pipeline/window_fixture.h"
#include "tests/support/golden.h"

namespace riposte::pipeline {
namespace {

using rule::AutoMode;
using rule::Remediate;
using test::EventJson;
using test::FieldOf;
using test::ProcessEvent;
using test::TimeAt;

const Time kNow = TimeAt("2026-11-25T01:00:30Z");
constexpr size_t kBig = 1'000'000;

// What is decided about a window under the standard guards, enforcing and armed.
struct Case {
  Case(rule::Rule its_rule, trigger::Completion completed, std::vector<std::string> its_group = {})
      : rule(std::move(its_rule)), completion(std::move(completed)), group(std::move(its_group)) {
    enforcement.enabled = true;
    window = FireWindow(rule, *test::EngineSchema(), completion, group);
    decided = Decide(window.firing, TargetsOf(window),
                     {.guards = &guards,
                      .enforcement = &enforcement,
                      .arming = &arming,
                      .ttl = {},
                      .command_bytes_max = kBig,
                      .now = kNow});
  }
  Case(const Case&) = delete;  // the firing points into it
  Case& operator=(const Case&) = delete;

  OutRecord Alert(size_t value_bytes_max = kBig) const {
    return WindowAlertRecord(decided, window, kNow, value_bytes_max);
  }
  OutRecord Decision(size_t index) const {
    const Action& action = decided.actions.at(index);
    return DecisionRecord(decided, action, TargetOf(window, action), kNow, kBig);
  }

  const rule::Rule rule;
  const trigger::Completion completion;
  const std::vector<std::string> group;
  const guard::Chain guards = guard::StandardChain({});
  guard::Enforcement enforcement;
  test::AlwaysArmed arming;
  WindowFiring window;
  Decided decided;
};

EventJson Process(int64_t pid) {
  return ProcessEvent("e" + std::to_string(pid), "evil").With("pid", pid);
}

json::Value Parsed(const OutRecord& record) {
  Result<json::Value> value = json::Parse(record.value);
  EXPECT_TRUE(value.ok()) << record.value;
  return value.ok() ? std::move(value).value() : json::Value();
}

TEST(WindowRecordsTest, Golden) {
  const test::Window two = test::Window().Add(Process(1), 0b01).Add(Process(2), 0b10);
  const Case counted(
      test::WithCount(test::KillRule("evil", AutoMode::kEnforce), {FieldOf("event.asset")}),
      two.Completed(), {"a1"});
  test::ExpectGolden("alert.window-count.json", counted.Alert().value);
  test::ExpectGolden("audit.window-count.json", counted.Decision(0).value);
  const Case all(test::Remediating(test::WithSteps(test::KillRule("evil", AutoMode::kEnforce)),
                                   Remediate::kAll),
                 two.Completed());
  test::ExpectGolden("alert.window-all.json", all.Alert().value);
  const Case scheduled(test::WithSchedule(test::IsolateRule("evil", AutoMode::kEnforce)),
                       two.AtDeadline());
  test::ExpectGolden("alert.window-deadline.json", scheduled.Alert().value);
  test::ExpectGolden("audit.window-deadline.json", scheduled.Decision(0).value);
  const Case refused(test::WithSteps(test::KillRule("evil", AutoMode::kEnforce)), two.AtDeadline());
  test::ExpectGolden("alert.window-refused.json", refused.Alert().value);
  test::ExpectGolden("alert.window-cut.json", counted.Alert(100).value);
  Case part(test::Remediating(test::WithSteps(test::IsolateRule("evil", AutoMode::kEnforce)),
                              Remediate::kAll),
            test::Window().Add(Process(1).With("asset", "A2"), 0b01).Completed());
  part.window.event.asset.id = "A1";
  part.window.part = 2;
  part.window.parts = 3;
  part.window.cut = true;
  test::ExpectGolden("alert.window-part.json", part.Alert().value);
  EXPECT_EQ(part.Alert().key, "A2") << "where the targets are";
}

trigger::Summary SummaryOf(int64_t count) {
  trigger::Summary summary{
      .firing_time = TimeAt(test::kEventTime), .completed_by = {}, .joined = {}};
  for (int64_t i = 0; i < count; ++i)
    summary.joined.Add({.place = {.time = summary.firing_time + std::chrono::seconds(i),
                                  .order = static_cast<uint64_t>(i)},
                        .event = test::KeptEvent(Process(i), i)});
  return summary;
}

TEST(WindowRecordsTest, GoldenSummary) {
  const Case fired(test::WithCount(test::RuleFor("evil")),
                   test::Window().Add(Process(1)).Completed());
  const OutRecord record =
      SummaryRecord(fired.rule, fired.window.firing.id, "A1", SummaryOf(3), kNow, kBig);
  test::ExpectGolden("alert.summary.json", record.value);
  EXPECT_EQ(record.topic, OutTopic::kAlerts);
  EXPECT_EQ(record.key, fired.Alert().key);
  const json::Value cut =
      Parsed(SummaryRecord(fired.rule, fired.window.firing.id, "A1", SummaryOf(100), kNow, 10));
  EXPECT_EQ(cut.Find("event_ids")->as_array()->size(), 6u);
  EXPECT_TRUE(*cut.Find("truncated")->as_bool());
}

TEST(WindowRecordsTest, ASummaryTellsTheFirstAndTheLast) {
  const json::Value summary = Parsed(SummaryRecord(test::WithCount(test::RuleFor("evil")), Uuid{},
                                                   "A1", SummaryOf(50), kNow, kBig));
  EXPECT_EQ(*summary.Find("joined")->as_int(), 50);
  const json::Array& ids = *summary.Find("event_ids")->as_array();
  ASSERT_EQ(ids.size(), 40u);
  EXPECT_EQ(*ids[19].as_string(), "e19");
  EXPECT_EQ(*ids[20].as_string(), "e30");
  EXPECT_EQ(*ids[39].as_string(), "e49");
}

TEST(WindowRecordsTest, AnAlertShrinksInSteps) {
  test::Window window;
  for (int64_t pid = 10; pid < 32; ++pid) window.Add(Process(pid));
  const Case each(test::Remediating(test::WithCount(test::KillRule("evil", AutoMode::kEnforce)),
                                    Remediate::kAll),
                  window.Completed());
  const size_t full = each.Alert().value.size();
  EXPECT_EQ(each.Alert(full).value.size(), full);
  EXPECT_EQ(*Parsed(each.Alert()).Find("targets_left_out")->as_int(), 2);
  EXPECT_FALSE(*Parsed(each.Alert()).Find("truncated")->as_bool());
  const json::Value no_commands = Parsed(each.Alert(full - 1));
  EXPECT_TRUE(*no_commands.Find("truncated")->as_bool());
  EXPECT_EQ(no_commands.Find("actions")->as_array()->front().Find("command"), nullptr);
  EXPECT_EQ(no_commands.Find("actions")->as_array()->size(), each.decided.actions.size());
  EXPECT_EQ(no_commands.Find("event_ids")->as_array()->size(), 22u);
  const json::Value cut = Parsed(each.Alert(100));
  EXPECT_EQ(cut.Find("actions")->as_array()->size(), 6u);
  EXPECT_EQ(cut.Find("event_ids")->as_array()->size(), 6u);
}

TEST(WindowRecordsTest, TheSmallestFormsFitWhateverTheEventsHold) {
  const std::string hostile(4000, '\x01');
  test::Window window;
  for (int64_t pid = 10; pid < 60; ++pid)
    window.Add(ProcessEvent(std::to_string(pid) + hostile.substr(0, 200), "evil")
                   .With("pid", pid)
                   .With("asset", hostile.substr(0, 256))
                   .With("host", hostile)
                   .With("platform", hostile)
                   .With("image", "C:\\" + hostile));
  rule::GroupBy by(16, FieldOf("event.image"));
  const Case each(test::Remediating(test::WithCount(test::KillRule("evil", AutoMode::kEnforce), by),
                                    Remediate::kAll),
                  window.Completed(), std::vector<std::string>(16, hostile));
  EXPECT_LE(each.Alert(Task::kValueBytesMin).value.size(), Task::kValueBytesMin);
  trigger::Summary summary{.firing_time = kNow, .completed_by = {}, .joined = {}};
  for (const trigger::Kept& kept : each.completion.events) summary.joined.Add(kept);
  EXPECT_LE(
      SummaryRecord(each.rule, Uuid{}, hostile, summary, kNow, Task::kValueBytesMin).value.size(),
      Task::kValueBytesMin);
}

}  // namespace
}  // namespace riposte::pipeline
