// What a run of events was to a rule. What each criterion does: timelines_test.cc,
// tests/engine/trigger.
#include "app/timeline.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/rule/load.h"
#include "tests/app/rule_files.h"

namespace riposte::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr Time kTime = TimeFromMs(1'767'225'600'000);  // 2026-01-01

rule::RuleSetPtr LoadText(const std::string& trigger, const std::string& more = {}) {
  text::Diagnostics diagnostics;
  const auto source = std::make_shared<text::Source>(
      "rules.yaml",
      "id: 0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c10\nname: N\nseverity: low\ndescription: d\n"
      "false_positives: [none known]\nquery: 'type: PROCESS'\ntrigger: " +
          trigger + "\n" + more);
  rule::RuleSetPtr rules = rule::LoadRulesFrom({source}, test::ShippedSchema(), diagnostics);
  EXPECT_NE(rules, nullptr) << text::Render(diagnostics);
  return rules;
}

struct Step {
  int minute = 0;
  std::string name = "a.exe";
  std::string asset = "a1";  // empty: none
};

std::string EventOf(const Step& step, int64_t line) {
  const std::string asset =
      step.asset.empty() ? "" : R"("asset":{"agentId":")" + step.asset + R"("},)";
  return fmt::format(
      R"({{"type":"PROCESS","id":"E{}","dateTime":"{}",{}"process":{{"processName":"{}","pid":{}}}}})",
      line, FormatTime(kTime + std::chrono::minutes(step.minute)), asset, step.name, line);
}

Timeline Explained(const rule::RuleSetPtr& rules, const std::vector<Step>& steps,
                   const char* profile = "qualys-edr", Offline::Options options = {}) {
  std::unique_ptr<TimelineRun> run =
      TimelineRun::Make(rules, 0, *rules->schema->FindProfile(profile), std::move(options)).value();
  int64_t line = 0;
  for (const Step& step : steps) {
    ++line;
    run->Add(step.name.empty() ? "{bad" : EventOf(step, line), line,
             {.topic = "t", .offset = line - 1});
  }
  return run->Finish();
}

// "1 counted 1/3", "5 FIRES 3", "9 ENDED 1: ...".
std::string Show(const Moment& moment) {
  switch (moment.kind) {
    case Moment::Kind::kEvent: {
      std::string out = fmt::format("{} {}", moment.line, trigger::FateName(moment.fate));
      if (moment.reached)
        out += fmt::format(" {}/{}", moment.reached->reached, moment.reached->needed);
      return out;
    }
    case Moment::Kind::kFiring:
      return fmt::format("{} FIRES {}{}", moment.line, moment.events,
                         moment.by_deadline ? " by deadline" : "");
    case Moment::Kind::kSummary:
      return fmt::format("{} JOINED {}", moment.line, moment.events);
    case Moment::Kind::kEnded:
      break;
  }
  return fmt::format("{} ENDED {}: {}", moment.line, moment.stages, moment.why);
}

std::vector<std::string> Show(const TimelineGroup& group) {
  std::vector<std::string> out;
  for (const Moment& moment : group.moments) out.push_back(Show(moment));
  return out;
}

constexpr char kCount[] =
    "{count: {at_least: 3, within: 15m, group_by: [asset.id], cooldown: 30m}}";

TEST(Timeline, GroupByGroupWithItsFirings) {
  const Timeline out =
      Explained(LoadText(kCount), {{0}, {1, "a.exe", "a2"}, {15}, {15}, {20}, {46}, {47, ""}});
  EXPECT_EQ(out.events, 7u);
  EXPECT_EQ(out.rejected, 1u);
  EXPECT_EQ(out.matched, 6u);
  EXPECT_EQ(out.firings, 1u);
  EXPECT_EQ(out.inconsistent_line, 0);
  ASSERT_THAT(out.groups, SizeIs(2));
  EXPECT_EQ(out.groups[0].words, "asset.id a1");
  EXPECT_THAT(Show(out.groups[0]),
              ElementsAre("1 counted 1/3", "3 counted 2/3", "4 fired", "4 FIRES 3", "5 joined",
                          "6 JOINED 1", "6 counted 1/3"));
  EXPECT_EQ(out.groups[0].moments[3].time, kTime + std::chrono::minutes(15));
  EXPECT_EQ(out.groups[0].nearest->reached, 1) << "since the last firing";
  EXPECT_FALSE(out.groups[0].is_over);
  EXPECT_EQ(out.groups[1].words, "asset.id a2");
  EXPECT_THAT(Show(out.groups[1]), ElementsAre("2 counted 1/3"));
  EXPECT_TRUE(out.groups[1].is_over) << "two more by 00:16, and it is 00:46";
}

// The bound to the millisecond is the criterion's: what it keeps is what is told.
TEST(Timeline, TheNearestIsTheBestSinceTheLastFiring) {
  const Timeline out = Explained(LoadText(kCount), {{0}, {15}, {40}, {100}});
  const TimelineGroup& group = out.groups.at(0);
  EXPECT_EQ(group.firings, 0u);
  ASSERT_TRUE(group.nearest);
  EXPECT_EQ(group.nearest->reached, 2);
  EXPECT_EQ(group.nearest->by, kTime + std::chrono::minutes(15));
  EXPECT_TRUE(group.is_over);
}

TEST(Timeline, WhatComesToNoGroup) {
  const Timeline keys = Explained(LoadText(kCount), {{0, "a.exe", ""}, {1}});
  EXPECT_EQ(keys.stray_count, 1u);
  ASSERT_THAT(keys.strays, SizeIs(1));
  EXPECT_EQ(keys.strays[0].line, 1);
  EXPECT_EQ(keys.strays[0].event_id, "E1");
  EXPECT_FALSE(keys.strays[0].has_key);
  const Timeline values =
      Explained(LoadText("{count: {distinct: process.username, at_least: 3, within: "
                         "15m, group_by: [asset.id]}}"),
                {{0}});
  ASSERT_THAT(values.strays, SizeIs(1));
  EXPECT_TRUE(values.strays[0].has_key);
  EXPECT_THAT(values.groups, IsEmpty());
}

TEST(Timeline, WhatIsLate) {
  const Timeline out = Explained(LoadText(kCount), {{120}, {60}, {59}});
  EXPECT_THAT(Show(out.groups.at(0)), ElementsAre("1 counted 1/3", "2 counted 1/3", "3 late"));
}

constexpr char kSequence[] =
    "{sequence: {within: 10m, steps: [{name: a, query: 'process.name: `a.exe`'}, {name: b, query: "
    "'process.name: `b.exe`'}, {name: no, absent: 'process.name: `no.exe`'}, {name: c, "
    "query: 'process.name: `c.exe`'}], until: {query: 'process.name: `u.exe`'}}}";

TEST(Timeline, HowFarEachPartialCameAndWhatEndedIt) {
  const Timeline out = Explained(LoadText(kSequence), {{0, "a.exe"},
                                                       {1, "b.exe"},
                                                       {2, "no.exe"},
                                                       {3, "a.exe"},
                                                       {4, "a.exe"},
                                                       {5, "u.exe"},
                                                       {6, "a.exe"},
                                                       {17, "a.exe"},
                                                       {18, "b.exe"},
                                                       {19, "c.exe"}});
  ASSERT_THAT(out.groups, SizeIs(1));
  TimelineGroup group = out.groups[0];
  std::vector<std::string> shown = Show(group);
  EXPECT_THAT(shown, testing::Contains("3 ENDED 2: 'no' came, which must stay away"));
  EXPECT_THAT(shown, testing::Contains("5 ENDED 1: a newer one took its place"));
  EXPECT_THAT(shown, testing::Contains("6 ENDED 1: 'until' came"));
  EXPECT_THAT(shown, testing::Contains("8 ENDED 1: 10m were over at 2026-01-01T00:16:00.000Z"));
  EXPECT_THAT(shown, testing::Contains("10 FIRES 3"));
  EXPECT_EQ(std::ranges::count_if(
                shown, [](const std::string& line) { return line.find("ENDED") != line.npos; }),
            4)
      << "what fires has not ended";
  EXPECT_EQ(group.moments[0].steps, std::vector<std::string>{"a"});
}

TEST(Timeline, AnAbsenceIsDecidedByTime) {
  const std::string trigger =
      "{sequence: {within: 10m, steps: [{name: a, query: 'process.name: `a.exe`'}, {name: b, "
      "absent: 'process.name: `b.exe`'}]}}";
  const Timeline out = Explained(LoadText(trigger), {{0, "a.exe"}, {11, "x.exe"}});
  EXPECT_THAT(Show(out.groups.at(0)), ElementsAre("1 counted 1/1", "2 FIRES 1 by deadline"));
  EXPECT_EQ(out.groups[0].moments[1].time, kTime + std::chrono::minutes(10));
  const Timeline early = Explained(LoadText(trigger), {{0, "a.exe"}, {10, "x.exe"}});
  EXPECT_EQ(early.firings, 0u);
  EXPECT_EQ(early.waiting.firings, 1u);
}

TEST(Timeline, Unordered) {
  const Timeline out = Explained(
      LoadText("{unordered: {within: 5m, steps: [{name: a, query: 'process.name: `a.exe`'}, "
               "{name: b, query: 'process.name: `b.exe`'}]}}"),
      {{0, "b.exe"}, {6, "a.exe"}});
  EXPECT_THAT(Show(out.groups.at(0)), ElementsAre("1 counted 1/2", "2 counted 1/2"));
  EXPECT_THAT(out.groups[0].nearest->missing, ElementsAre(1)) << "the newest of the best";
}

TEST(Timeline, Scheduled) {
  const Timeline out = Explained(
      LoadText("{scheduled: {daily: {}, from: '00:00', to: '01:00', timezone: UTC, at_least: 2, "
               "group_by: [asset.id]}}"),
      {{0}, {30}, {60}, {61}});
  EXPECT_EQ(out.firings, 1u);
  EXPECT_THAT(Show(out.groups.at(0)),
              ElementsAre("1 counted 1/2", "2 counted 2/2", "3 FIRES 2 by deadline", "3 outside",
                          "4 outside"));
}

// The second order on the same target is a duplicate of the first; a dry run orders nothing.
TEST(Timeline, ASecondOrderIsADuplicate) {
  const auto outcomes = [](const char* mode) {
    const Timeline out = Explained(
        LoadText("{count: {at_least: 1, within: 1m, group_by: [asset.id]}}",
                 fmt::format("remediation: {{auto: {}, action: quarantine_asset}}\n", mode)),
        {{0}, {5}, {6, "a.exe", "a2"}});
    std::vector<std::string> reasons;
    for (const TimelineGroup& group : out.groups)
      for (const Moment& moment : group.moments)
        for (const pipeline::Action& action : moment.actions)
          reasons.push_back(
              fmt::format("{} {} {}", group.words, OutcomeName(action.outcome), action.reason()));
    return reasons;
  };
  EXPECT_THAT(
      outcomes("enforce"),
      ElementsAre("asset.id a1 ordered ", "asset.id a1 denied in_flight", "asset.id a2 ordered "));
  EXPECT_THAT(outcomes("dry_run"),
              ElementsAre("asset.id a1 ordered ", "asset.id a1 ordered ", "asset.id a2 ordered "));
}

TEST(Timeline, EachMatchOfASingleMatchFires) {
  const Timeline out = Explained(LoadText("{single_match: {}}"), {{0}, {1, "a.exe", ""}});
  ASSERT_THAT(out.groups, SizeIs(1));
  EXPECT_EQ(out.groups[0].words, "");
  EXPECT_THAT(Show(out.groups[0]), ElementsAre("1 FIRES 1", "2 FIRES 1"));
}

TEST(Timeline, WhatIsToldIsBounded) {
  std::vector<Step> steps;
  for (int i = 0; i < 25; ++i) steps.push_back({i * 60});
  for (int i = 0; i < 25; ++i) steps.push_back({1'500 + i, "a.exe", fmt::format("b{:02}", i)});
  for (int i = 0; i < 12; ++i) steps.push_back({1'600, "a.exe", ""});
  steps.push_back({1'601, "a.exe", "b24"});
  const Timeline out = Explained(LoadText(kCount), steps);
  ASSERT_THAT(out.groups, SizeIs(Timeline::kGroupsMax));
  EXPECT_EQ(out.groups_left_out, 6u);
  EXPECT_EQ(out.groups[0].words, "asset.id a1") << "the first of those that came as near";
  ASSERT_THAT(out.groups[0].moments, SizeIs(2 * Timeline::kMomentEnds));
  EXPECT_EQ(out.groups[0].left_out, 5u);
  EXPECT_EQ(out.groups[0].moments[9].line, 10);
  EXPECT_EQ(out.groups[0].moments[10].line, 16);
  EXPECT_EQ(out.groups[0].moments[19].line, 25);
  EXPECT_EQ(out.stray_count, 12u);
  EXPECT_THAT(out.strays, SizeIs(Timeline::kStraysMax));
}

TEST(Timeline, ADisabledRuleAndOneOfAnotherFormat) {
  const Timeline disabled = Explained(LoadText(kCount, "enabled: false\n"), {{0}});
  EXPECT_FALSE(disabled.enabled);
  EXPECT_EQ(disabled.matched, 1u) << "as if it were enabled";
  const Timeline other = Explained(LoadText(kCount, "profiles: [windows-nxlog]\n"), {{0}});
  EXPECT_FALSE(other.runs);
  EXPECT_EQ(other.matched, 0u);
}

}  // namespace
}  // namespace riposte::app
