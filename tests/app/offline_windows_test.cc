// Rules with windows, offline: the glue around the real trigger code, against a plain evaluation of
// each rule. What each criterion does to the millisecond: timelines_test.cc, tests/engine/trigger.
#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/offline.h"
#include "engine/trigger/group_key.h"
#include "rules/rule/load.h"
#include "tests/app/rule_files.h"
#include "tests/engine/trigger/naive_count.h"
#include "tests/support/environment.h"

namespace riposte::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr Time kTime = TimeFromMs(1'767'225'600'000);  // 2026-01-01
constexpr Duration kSecond{1'000};

const schema::SchemaPtr& Schema() {
  static const schema::SchemaPtr kSchema = test::ShippedSchema();
  return kSchema;
}

rule::RuleSetPtr LoadText(const std::string& text) {
  text::Diagnostics diagnostics;
  rule::RuleSetPtr rules = rule::LoadRulesFrom({std::make_shared<text::Source>("rules.yaml", text)},
                                               Schema(), diagnostics);
  EXPECT_NE(rules, nullptr) << text::Render(diagnostics);
  return rules;
}

std::string RuleText(int number, const std::string& query, const std::string& trigger) {
  return fmt::format(
      "id: 00000000-0000-4000-8000-{:012}\nname: R{}\nseverity: low\n{}trigger: {}\n", number,
      number, query.empty() ? query : "query: '" + query + "'\n", trigger);
}

std::unique_ptr<Offline> Make(const rule::RuleSetPtr& rules, Offline::Options options = {}) {
  return Offline::Make(rules, *Schema()->FindProfile("qualys-edr"), std::move(options)).value();
}

struct EventText {
  Duration at{0};
  std::string name = "a.exe";
  std::string asset = "A1";
  std::string user = "ann";  // empty: none
};

std::string Json(const EventText& event) {
  const std::string user = event.user.empty() ? "" : R"(,"userName":")" + event.user + '"';
  return fmt::format(
      R"({{"type":"PROCESS","dateTime":"{}","asset":{{"agentId":"{}","hostName":"PC"}},)"
      R"("process":{{"processName":"{}"{}}}}})",
      FormatTime(kTime + event.at), event.asset, event.name, user);
}

class Timeline {
 public:
  explicit Timeline(const rule::RuleSetPtr& rules, Offline::Options options = {})
      : offline_(Make(rules, std::move(options))) {}
  const Judged& Run(const EventText& event) {
    return offline_->Run(Json(event), {.topic = "t", .offset = events_++});
  }
  const Judged& GoOn(Duration at) { return offline_->GoOn(kTime + at); }
  Offline& offline() { return *offline_; }

 private:
  std::unique_ptr<Offline> offline_;
  int64_t events_ = 0;
};

// "R1@60s", in order.
std::vector<std::string> FiredIn(const Judged& judged) {
  std::vector<std::string> fired;
  for (const Fired& each : judged.firings)
    fired.push_back(
        fmt::format("{}@{}", each.decided.firing.rule->name, FormatDuration(each.time - kTime)));
  return fired;
}

constexpr char kCountTwo[] = "{count: {at_least: 2, within: 1m, group_by: [asset.id]}}";
constexpr char kUnanswered[] =
    "{sequence: {within: 1m, by: [asset.id], steps: [{query: 'process.name: `a.exe`'}, {absent: "
    "'process.name: `b.exe`'}]}}";

TEST(OfflineWindows, AFiringTellsItsWindow) {
  Timeline timeline(LoadText(RuleText(1, "type: PROCESS", kCountTwo)));
  EXPECT_THAT(timeline.Run({}).firings, IsEmpty());
  const Judged& judged = timeline.Run({.at = 5 * kSecond});
  ASSERT_THAT(judged.firings, SizeIs(1));
  const Fired& fired = judged.firings.front();
  EXPECT_EQ(fired.time, kTime + 5 * kSecond);
  EXPECT_FALSE(fired.by_deadline);
  EXPECT_EQ(fired.decided.firing.matches, 2);
  EXPECT_EQ(fired.asset_id, "A1");
  EXPECT_EQ(fired.asset_name, "PC");
  ASSERT_THAT(fired.group, SizeIs(1));
  EXPECT_EQ(fired.group[0].field, "asset.id");
  EXPECT_EQ(fired.group[0].value, "a1") << "folded, as it is compared";
  ASSERT_THAT(judged.taken, SizeIs(1));
  EXPECT_EQ(judged.taken[0].fate, trigger::Fate::kFired);
}

// Single matches go on as they did, beside the windows, each rule in its place.
TEST(OfflineWindows, BesideSingleMatches) {
  Timeline timeline(LoadText(RuleText(1, "type: PROCESS", "{single_match: }") + "---\n" +
                             RuleText(2, "type: PROCESS", kCountTwo) + "---\n" +
                             RuleText(3, "type: PROCESS", "{single_match: }")));
  EXPECT_THAT(FiredIn(timeline.Run({})), ElementsAre("R1@0s", "R3@0s"));
  EXPECT_THAT(FiredIn(timeline.Run({.at = kSecond})), ElementsAre("R1@1s", "R2@1s", "R3@1s"));
}

TEST(OfflineWindows, WhatIsDueComesBeforeTheEventBeyondIt) {
  Timeline timeline(LoadText(RuleText(1, "", kUnanswered) + "---\n" +
                             RuleText(2, "type: PROCESS", "{single_match: }")));
  EXPECT_THAT(FiredIn(timeline.Run({})), ElementsAre("R2@0s"));
  EXPECT_THAT(FiredIn(timeline.Run({.at = 60 * kSecond, .asset = "B"})), ElementsAre("R2@1m"));
  const Judged& judged = timeline.Run({.at = Duration(60'001), .name = "c.exe", .asset = "B"});
  EXPECT_THAT(FiredIn(judged), ElementsAre("R1@1m", "R2@60001ms"));
  EXPECT_TRUE(judged.firings[0].by_deadline);
  EXPECT_EQ(judged.firings[0].asset_id, "A1");
}

// An event that comes when its deadline is over already does not wait for the next one.
TEST(OfflineWindows, WhatIsDueAlreadyComesAtOnce) {
  Timeline timeline(LoadText(RuleText(1, "", kUnanswered)));
  timeline.Run({.at = std::chrono::minutes(10), .name = "c.exe"});
  EXPECT_THAT(FiredIn(timeline.Run({.at = std::chrono::minutes(5)})), ElementsAre("R1@6m"));
}

TEST(OfflineWindows, TimeGoesOnWithoutEvents) {
  Timeline timeline(LoadText(RuleText(1, "", kUnanswered)));
  timeline.Run({});
  EXPECT_THAT(FiredIn(timeline.GoOn(60 * kSecond)), IsEmpty());
  const Judged& judged = timeline.GoOn(std::chrono::hours(2));
  EXPECT_THAT(FiredIn(judged), ElementsAre("R1@1m"));
  EXPECT_EQ(judged.event, nullptr);
  EXPECT_EQ(judged.reject, event::Reject::kNone);
  EXPECT_EQ(judged.now, kTime + std::chrono::hours(2));
  EXPECT_THAT(FiredIn(timeline.GoOn(kSecond)), IsEmpty()) << "it never goes back";
}

TEST(OfflineWindows, WhatJoinedAFiringIsToldOnce) {
  Timeline timeline(LoadText(RuleText(1, "type: PROCESS", kCountTwo)));
  for (int i = 0; i < 5; ++i) EXPECT_THAT(timeline.Run({.at = i * kSecond}).closed, IsEmpty());
  const Judged& judged = timeline.GoOn(std::chrono::hours(1));
  ASSERT_THAT(judged.closed, SizeIs(1));
  EXPECT_EQ(judged.closed[0].summary.firing_time, kTime + kSecond);
  EXPECT_EQ(judged.closed[0].summary.joined.count, 3);
  EXPECT_THAT(timeline.GoOn(std::chrono::hours(2)).closed, IsEmpty());
}

// To ask what is still to come brings nothing about.
TEST(OfflineWindows, WhatStillWaitsIsCountedAndStays) {
  Timeline timeline(
      LoadText(RuleText(1, "", kUnanswered) + "---\n" + RuleText(2, "type: PROCESS", kCountTwo)));
  EXPECT_EQ(timeline.offline().StillWaiting().firings, 0u);
  for (int i = 0; i < 3; ++i) timeline.Run({.at = i * kSecond});
  timeline.Run({.at = 3 * kSecond, .asset = "B"});
  for (int i = 0; i < 2; ++i) {
    const Offline::Waiting waiting = timeline.offline().StillWaiting();
    EXPECT_EQ(waiting.firings, 2u) << "of each asset";
    EXPECT_EQ(waiting.summaries, 1u);
  }
  EXPECT_THAT(FiredIn(timeline.GoOn(std::chrono::hours(1))), ElementsAre("R1@62s", "R1@63s"));
  EXPECT_EQ(timeline.offline().StillWaiting().firings, 0u);
}

TEST(OfflineWindows, MatchesWithoutAValueAreCounted) {
  Timeline timeline(LoadText(RuleText(
      1, "type: PROCESS", "{count: {at_least: 1, within: 1m, group_by: [process.username]}}")));
  const Judged& judged = timeline.Run({.user = ""});
  EXPECT_THAT(judged.firings, IsEmpty());
  EXPECT_THAT(judged.taken, IsEmpty());
  EXPECT_EQ(judged.left_out.no_key, 1u);
  EXPECT_EQ(timeline.Run({}).left_out.no_key, 0u);
}

// With a time of arrival a clock is believed as by an engine; without one the event's is the clock.
TEST(OfflineWindows, AClockThatIsAhead) {
  const rule::RuleSetPtr rules = LoadText(RuleText(1, "", kUnanswered));
  const std::unique_ptr<Offline> offline = Make(rules);
  offline->Run(Json({.at = std::chrono::hours(9)}), {}, kTime);
  EXPECT_THAT(FiredIn(offline->GoOn(kTime + std::chrono::minutes(7))), ElementsAre("R1@6m"));
  Timeline own(rules);
  own.Run({.at = std::chrono::hours(9)});
  EXPECT_THAT(FiredIn(own.GoOn(std::chrono::hours(10))), ElementsAre("R1@541m"));
}

// R1: two matches of an asset, for R2 only, which takes one of its firings and nothing behind it.
rule::RuleSetPtr Chain() {
  rule::RuleSet rules =
      *LoadText(RuleText(1, "type: PROCESS", kCountTwo) + "---\n" + RuleText(2, "", kUnanswered));
  rules.rules[0].fires = false;
  rule::Step& first = std::get<rule::Sequence>(rules.rules[1].trigger).steps[0];
  first.query = {};
  first.firings_of.emplace();
  first.firings_of->rule = rules.rules[0].id;
  first.firings_of->by = {0};
  return std::make_shared<const rule::RuleSet>(std::move(rules));
}

TEST(OfflineWindows, RulesTakeFiringsOfOthers) {
  Timeline timeline(Chain());
  EXPECT_THAT(FiredIn(timeline.Run({})), IsEmpty());
  EXPECT_THAT(FiredIn(timeline.Run({.at = kSecond})), IsEmpty()) << "R1 fires for R2 only";
  EXPECT_EQ(timeline.offline().StillWaiting().firings, 1u);
  EXPECT_THAT(FiredIn(timeline.GoOn(std::chrono::hours(1))), ElementsAre("R2@61s"));
}

TEST(Alone, HasTheRulesThatItTakesFiringsOf) {
  const rule::RuleSetPtr rules = Chain();
  const rule::RuleSetPtr alone = Alone(*rules, rules->rules[1]);
  ASSERT_THAT(alone->rules, SizeIs(2));
  EXPECT_EQ(alone->rules[0].id, rules->rules[1].id);
  EXPECT_TRUE(alone->rules[0].fires);
  EXPECT_EQ(alone->rules[1].id, rules->rules[0].id);
  EXPECT_FALSE(alone->rules[1].fires);
  Timeline timeline(alone);
  timeline.Run({});
  timeline.Run({.at = kSecond});
  EXPECT_THAT(FiredIn(timeline.GoOn(std::chrono::hours(1))), ElementsAre("R2@61s"));
  EXPECT_THAT(Alone(*rules, rules->rules[0])->rules, SizeIs(1));
}

// The loader knew it, but its data cannot be read any more.
TEST(OfflineWindows, ATimeZoneThatIsNotKnown) {
  const auto rules = std::make_shared<rule::RuleSet>(*LoadText(RuleText(
      1, "type: PROCESS", "{scheduled: {daily: , from: '00:00', to: '00:00', group_by: []}}")));
  std::get<rule::Scheduled>(rules->rules[0].trigger).timezone = "Europe/Nowhere";
  const Result<std::unique_ptr<Offline>> made =
      Offline::Make(rules, *Schema()->FindProfile("qualys-edr"), {});
  ASSERT_FALSE(made.ok());
  EXPECT_THAT(made.status().message(), testing::HasSubstr("Europe/Nowhere"));
}

// The oracle: each rule on its own, by a list of matches for each group.
constexpr Duration kLateness = 30 * kSecond;

struct RandomRule {
  std::vector<std::string> names;  // of processes that match
  rule::Count count;
  bool by_asset = false, by_user = false;
  std::string Text(int number) const {
    std::string by = by_asset ? "asset.id" : "";
    if (by_user) by += by.empty() ? "process.username" : ", process.username";
    return RuleText(
        number, fmt::format("process.name: [`{}`]", fmt::join(names, "`, `")),
        fmt::format("{{count: {{at_least: {}, within: {}, cooldown: {}, group_by: [{}]}}}}",
                    count.threshold, FormatDuration(count.within), FormatDuration(count.cooldown),
                    by));
  }
};

// Rule, time and number of events: of a firing, or of what joined one.
using Brief = std::tuple<std::string, Time, int64_t>;

class NaiveRules {
 public:
  explicit NaiveRules(const std::vector<RandomRule>& rules)
      : rules_(rules), groups_(rules.size()) {}

  void Run(const EventText& event, std::vector<Brief>& fired, std::vector<Brief>& closed) {
    ++order_;
    watermark_ = std::max(watermark_, kTime + event.at);
    for (size_t i = 0; i < rules_.size(); ++i) {
      trigger::Outcome outcome;
      for (auto& [key, group] : groups_[i]) group.OnTime(watermark_, outcome);
      Take(i, event, outcome);
      for (auto& [key, group] : groups_[i]) group.OnTime(watermark_, outcome);
      const std::string name = fmt::format("R{}", i + 1);
      for (const trigger::Completion& each : outcome.fired)
        fired.emplace_back(name, each.time, each.matches);
      for (const trigger::Summary& each : outcome.closed)
        closed.emplace_back(name, each.firing_time, each.joined.count);
    }
  }

 private:
  void Take(size_t i, const EventText& event, trigger::Outcome& outcome) {
    const RandomRule& rule = rules_[i];
    if (std::ranges::find(rule.names, event.name) == rule.names.end()) return;
    if (rule.by_user && event.user.empty()) return;
    const std::string key =
        (rule.by_asset ? event.asset : "") + "|" + (rule.by_user ? event.user : "");
    auto& group = groups_[i].try_emplace(key, rule.count, kLateness, 10'000).first->second;
    trigger::Occurrence occurrence;
    occurrence.place = {.time = kTime + event.at, .order = order_};
    group.OnOccurrence(occurrence, outcome);
  }

  const std::vector<RandomRule>& rules_;
  std::vector<std::map<std::string, trigger::NaiveCount>> groups_;
  uint64_t order_ = 0;
  Time watermark_ = Time::min();
};

class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}
  int64_t To(int64_t most) { return std::uniform_int_distribution<int64_t>(0, most)(engine_); }
  bool OneIn(int64_t n) { return To(n - 1) == 0; }

  RandomRule Rule() {
    RandomRule rule;
    rule.names =
        OneIn(2) ? std::vector<std::string>{"a.exe"} : std::vector<std::string>{"a.exe", "b.exe"};
    rule.count.threshold = static_cast<double>(1 + To(4));
    rule.count.within = (1 + To(20)) * kSecond;
    rule.count.cooldown = OneIn(3) ? Duration{0} : To(20) * kSecond;
    rule.by_asset = OneIn(2);
    rule.by_user = OneIn(3);
    return rule;
  }

  // Mostly in order; never so far back that it is late.
  EventText Event(Duration& newest) {
    EventText event;
    event.at = OneIn(4) ? std::max(Duration{0}, newest - To(30) * kSecond)
                        : newest + To(OneIn(20) ? 90 : 3) * kSecond;
    newest = std::max(newest, event.at);
    event.name = OneIn(4) ? "c.exe" : OneIn(2) ? "a.exe" : "b.exe";
    event.asset = OneIn(2) ? "A1" : "A2";
    event.user = OneIn(4) ? "" : OneIn(2) ? "ann" : "bob";
    return event;
  }

 private:
  std::mt19937_64 engine_;
};

std::vector<Brief> Sorted(std::vector<Brief> briefs) {
  std::ranges::sort(briefs);
  return briefs;
}

TEST(OfflineWindows, CountsAsAPlainEvaluationOfEachRule) {
  const uint64_t timelines = test::NumberFromEnvironment("RIPOSTE_TIMELINES", 40);
  const uint64_t seed = test::NumberFromEnvironment("RIPOSTE_SEED", 1);
  size_t firings = 0, summaries = 0;
  for (uint64_t run = seed; run < seed + timelines; ++run) {
    Random random(run);
    std::vector<RandomRule> rules;
    std::string text;
    for (int i = 1; i <= 5; ++i) {
      rules.push_back(random.Rule());
      text += (i == 1 ? "" : "---\n") + rules.back().Text(i);
    }
    Timeline timeline(LoadText(text),
                      {.naive = random.OneIn(2), .windows = {.allowed_lateness = kLateness}});
    NaiveRules naive(rules);
    Duration newest{0};
    for (int i = 0; i < 150; ++i) {
      const EventText event = random.Event(newest);
      std::vector<Brief> expected_fired, expected_closed, fired, closed;
      naive.Run(event, expected_fired, expected_closed);
      const Judged& judged = timeline.Run(event);
      for (const Fired& each : judged.firings)
        fired.emplace_back(each.decided.firing.rule->name, each.time, each.decided.firing.matches);
      for (const trigger::ClosedFiring& each : judged.closed)
        closed.emplace_back(fmt::format("R{}", each.rule + 1), each.summary.firing_time,
                            each.summary.joined.count);
      firings += fired.size();
      summaries += closed.size();
      ASSERT_EQ(Sorted(fired), Sorted(expected_fired)) << "seed " << run << ", event " << i;
      ASSERT_EQ(Sorted(closed), Sorted(expected_closed)) << "seed " << run << ", event " << i;
    }
  }
  EXPECT_GE(firings, 20 * timelines);
  EXPECT_GE(summaries, timelines);
}

}  // namespace
}  // namespace riposte::app
