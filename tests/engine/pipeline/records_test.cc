#include "engine/pipeline/records.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "engine/guard/standard.h"
#include "engine/trigger/group_key.h"
#include "tests/engine/pipeline/task_harness.h"
#include "tests/support/golden.h"

namespace riposte::pipeline {
namespace {

using rule::AutoMode;
using test::TimeAt;

const Time kNow = TimeAt("2026-11-25T01:00:05Z");
const PartitionId kPartition{.topic = "edr", .partition = 3};
const remediate::Origin kOrigin{.topic = "edr",
                                .partition = 3,
                                .offset = 42,
                                .index = 0,
                                .append_time = TimeAt("2026-11-25T01:00:01Z")};
constexpr size_t kBig = 1'000'000;

// What is decided about an event under the standard guards, enforcing and armed, after what is in
// `orders`.
class Case {
 public:
  Case(rule::Rule rule, const test::EventJson& json, guard::OrderMemory* orders = nullptr)
      : rule_(std::move(rule)), event_(remediate::SubjectOf(decoder_.Decode(json), kOrigin)) {
    enforcement_.enabled = true;
    decided_ = Decide(rule_, event_,
                      {.guards = &guards_,
                       .enforcement = &enforcement_,
                       .arming = &arming_,
                       .ttl = {},
                       .command_bytes_max = kBig,
                       .now = kNow,
                       .orders = orders});
  }
  Case(const Case&) = delete;  // the decision points into it
  Case& operator=(const Case&) = delete;

  OutRecord Alert(size_t event_bytes_max = 1000, size_t value_bytes_max = kBig) const {
    return AlertRecord(decided_, event_, kNow,
                       {.matched = matched_, .event_bytes_max = event_bytes_max}, value_bytes_max);
  }
  // What the alert says that the rule holds by.
  Case& Matched(std::vector<match::HeldClause> matched) {
    matched_ = std::move(matched);
    return *this;
  }
  OutRecord Decision(size_t index, size_t value_bytes_max = kBig) const {
    return DecisionRecord(decided_, decided_.actions[index], event_, kNow, value_bytes_max);
  }

 private:
  rule::Rule rule_;
  test::EngineDecoder decoder_;
  const remediate::Subject event_;
  const guard::Chain guards_ = guard::StandardChain({});
  guard::Enforcement enforcement_;
  test::AlwaysArmed arming_;
  Decided decided_;
  std::vector<match::HeldClause> matched_;
};

json::Value Parsed(const OutRecord& record) {
  Result<json::Value> value = json::Parse(record.value);
  EXPECT_TRUE(value.ok()) << record.value;
  return value.ok() ? std::move(value).value() : json::Value();
}

TEST(RecordsTest, Golden) {
  Case ordered(test::KillRule("evil", AutoMode::kEnforce), test::ProcessEvent("e1", "evil"));
  ordered.Matched({{.token = "name", .text = "name: \"evil\"", .has_value = true, .value = "Evil"},
                   {.token = "event.ppid", .text = "event.ppid is null", .value = {}}});
  test::ExpectGolden("alert.ordered.json", ordered.Alert().value);
  test::ExpectGolden("audit.ordered.json", ordered.Decision(0).value);
  const Case denied(
      test::KillRule("evil", AutoMode::kEnforce),
      test::ProcessEvent("e1", "evil").With("image", "C:\\Windows\\System32\\lsass.exe"));
  test::ExpectGolden("alert.denied.json", denied.Alert().value);
  test::ExpectGolden("audit.denied.json", denied.Decision(0).value);
  const Case refused(test::KillRule("evil", AutoMode::kEnforce), test::EventJson("REGISTRY"));
  test::ExpectGolden("alert.refused.json", refused.Alert(10).value);
  test::ExpectGolden("audit.refused.json", refused.Decision(0).value);
  const Case plain(test::RuleFor("evil"),
                   test::EventJson("FILE").Without("asset").Without("host").Without("id"));
  test::ExpectGolden("alert.no-asset.json", plain.Alert().value);
  const Case dry(test::IsolateRule("evil", AutoMode::kDryRun), test::EventJson("MUTEX"));
  test::ExpectGolden("alert.dry-run.json", dry.Alert().value);
  test::ExpectGolden("alert.cut.json", ordered.Alert(1000, 1000).value);
  test::ExpectGolden("audit.cut.json", ordered.Decision(0, 100).value);
  test::ExpectGolden("audit.coverage-gap.json", CoverageGapRecord(kPartition, 7, 40, kNow).value);
  rule::Rule silencing = test::RuleFor("evil");
  silencing.suppress = rule::Suppress{.by = {}, .span = std::chrono::hours(1)};
  trigger::KeyWriter key;
  key.AddText("a1");
  key.AddText("ann");
  test::ExpectGolden(
      "audit.suppression-ended.json",
      SuppressionEndedRecord(silencing, std::move(key).Finish(),
                             {.first = kNow - std::chrono::hours(1), .silenced = 2}, kNow, kBig)
          .value);
  test::ExpectGolden("audit.counts.json", CountsRecord(kPartition,
                                                       {.first_offset = 40,
                                                        .last_offset = 49,
                                                        .consumed = 10,
                                                        .matched = 1,
                                                        .unmatched = 6,
                                                        .dead_lettered = 2,
                                                        .empty = 1},
                                                       kNow)
                                              .value);
}

TEST(RecordsTest, GoldenDuplicates) {
  const rule::Rule kill = test::KillRule("evil", AutoMode::kEnforce);
  guard::OrderMemory orders({.orders_max = 2});
  const Case first(kill, test::ProcessEvent("e1", "evil"), &orders);
  const Case again(kill, test::ProcessEvent("e1", "evil"), &orders);
  test::ExpectGolden("alert.duplicate.json", again.Alert().value);
  test::ExpectGolden("audit.duplicate.json", again.Decision(0).value);
  const Case other(kill, test::ProcessEvent("e2", "evil").With("pid", 4712), &orders);
  test::ExpectGolden("audit.older-forgotten.json", other.Decision(0).value);
}

OutRecord Letter(std::string_view original, size_t original_max, size_t value_max = kBig,
                 event::Reject reason = event::Reject::kInvalidJson) {
  return DeadLetterRecord({.reason = reason,
                           .partition = &kPartition,
                           .offset = 42,
                           .append_time = kOrigin.append_time,
                           .original = original,
                           .error_offset = 7},
                          kNow, original_max, value_max);
}

TEST(RecordsTest, GoldenDeadLetters) {
  test::ExpectGolden("dead-letter.text.json", Letter("{\"a\":\"b\"", 100).value);
  test::ExpectGolden("dead-letter.bytes.json", Letter("{\"a\":\xff\xfe\x80", 100).value);
  test::ExpectGolden("dead-letter.cut.json",
                     Letter("[1,2,3]", 3, kBig, event::Reject::kNotAnObject).value);
  test::ExpectGolden("dead-letter.poison.json",
                     Letter("{\"a\":\"b\"}", 5, kBig, event::Reject::kPoison).value);
}

TEST(RecordsTest, GoldenPoisonAlert) {
  const OutRecord alert = PoisonAlertRecord({.reason = event::Reject::kPoison,
                                             .partition = &kPartition,
                                             .offset = 42,
                                             .append_time = kOrigin.append_time,
                                             .original = "{}"},
                                            3, kNow);
  test::ExpectGolden("alert.poison.json", alert.value);
  EXPECT_EQ(alert.topic, OutTopic::kAlerts);
  EXPECT_EQ(alert.key, "edr-3");
}

TEST(RecordsTest, ADeadLetterKeepsUpToTheLimit) {
  for (const auto& [size, truncated] : {std::pair(99, false), {100, false}, {101, true}}) {
    const json::Value letter = Parsed(Letter(std::string(static_cast<size_t>(size), 'x'), 100));
    EXPECT_EQ(*letter.Find("truncated")->as_bool(), truncated) << size;
    EXPECT_EQ(*letter.Find("original_bytes")->as_int(), size);
    EXPECT_EQ(letter.StringOr("original", "").size(), static_cast<size_t>(std::min(size, 100)));
  }
  EXPECT_EQ(Letter("x", 100).key, "edr-3");
}

TEST(RecordsTest, ADeadLetterShrinksToWhatTheTopicTakes) {
  const OutRecord record = Letter(std::string(10'000, '\x01'), 10'000, 2'000);
  EXPECT_LE(record.value.size(), 2'000u);
  EXPECT_FALSE(Parsed(record).StringOr("original", "").empty());
}

TEST(RecordsTest, AnAlertShrinksInSteps) {
  Case whole(test::KillRule("evil", AutoMode::kEnforce),
             test::ProcessEvent("e1", "evil").With("x", std::string(5000, 'x')));
  whole.Matched({{.token = "name", .text = "name: evil", .has_value = true, .value = "evil"}});
  const size_t full = whole.Alert(10'000).value.size();
  EXPECT_EQ(whole.Alert(10'000, full).value.size(), full);
  const json::Value no_copy = Parsed(whole.Alert(10'000, full - 1));
  EXPECT_EQ(no_copy.Find("event")->StringOr("text", "x"), "");
  EXPECT_TRUE(*no_copy.Find("event")->Find("truncated")->as_bool());
  EXPECT_FALSE(*no_copy.Find("truncated")->as_bool());
  EXPECT_EQ(no_copy.Find("matched")->as_array()->size(), 1u);
  EXPECT_NE(no_copy.Find("actions")->as_array()->front().Find("command"), nullptr);
  const json::Value cut = Parsed(whole.Alert(10'000, 1000));
  EXPECT_TRUE(*cut.Find("truncated")->as_bool());
  EXPECT_TRUE(cut.Find("matched")->as_array()->empty());
  EXPECT_EQ(cut.Find("actions")->as_array()->front().Find("command"), nullptr);
}

TEST(RecordsTest, WhatMatchedIsCutWithinNoCharacter) {
  Case each(test::RuleFor("evil"), test::ProcessEvent("e1", "evil"));
  const std::string whole(kMatchedTextMax, 'x');
  const std::string longer = whole.substr(1) + "\u20AC";  // the limit is within its last character
  const auto first = [&](const std::string& clause, const std::string& value) {
    each.Matched({{.token = "name", .text = clause, .has_value = true, .value = value}});
    const json::Value alert = Parsed(each.Alert());
    return alert.Find("matched")->as_array()->front();
  };
  EXPECT_EQ(first(whole, whole).StringOr("value", ""), whole);
  EXPECT_FALSE(*first(whole, whole).Find("truncated")->as_bool());
  EXPECT_EQ(first(whole, longer).StringOr("value", ""), whole.substr(1));
  EXPECT_TRUE(*first(whole, longer).Find("truncated")->as_bool());
  EXPECT_EQ(first(longer, whole).StringOr("clause", ""), whole.substr(1));
  EXPECT_TRUE(*first(longer, whole).Find("truncated")->as_bool());
  EXPECT_EQ(first(whole, "a\"\x01\xff").StringOr("value", ""), "a\"\x01\uFFFD")
      << "escaped, repaired";
}

TEST(RecordsTest, TheSmallestFormsFitWhateverTheEventHolds) {
  const std::string hostile(100'000, '\x01');
  Case each(test::KillRule("evil", AutoMode::kEnforce), test::ProcessEvent(hostile, "evil")
                                                            .With("asset", hostile)
                                                            .With("host", hostile)
                                                            .With("platform", hostile)
                                                            .With("image", "C:\\" + hostile));
  each.Matched(std::vector<match::HeldClause>(
      kMatchedClausesMax, {.token = "name", .text = hostile, .has_value = true, .value = hostile}));
  EXPECT_LE(each.Alert(10, Task::kValueBytesMin).value.size(), Task::kValueBytesMin);
  EXPECT_LE(each.Decision(0, Task::kValueBytesMin).value.size(), Task::kValueBytesMin);
  EXPECT_LE(each.Decision(1, Task::kValueBytesMin).value.size(), Task::kValueBytesMin);
}

}  // namespace
}  // namespace riposte::pipeline
