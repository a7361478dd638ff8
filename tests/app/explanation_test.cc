// What decides beside the query, and that the whole agrees with the matcher.
#include "app/explanation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/rule_loading.h"
#include "rules/rule/load.h"
#include "tests/app/rule_files.h"
#include "tests/support/temp_dir.h"

namespace riposte::app {
namespace {

using match::Truth;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr Time kTime = TimeFromMs(1'767'225'600'000);  // 2026-01-01

rule::RuleSetPtr LoadText(const std::string& text) {
  const test::TempDir folder;
  LoadedRules loaded = LoadRuleSet({folder.Write("rules.yaml", text)}, test::ShippedSchema());
  EXPECT_NE(loaded.rules, nullptr) << text::Render(loaded.diagnostics);
  return loaded.rules;
}

// The first rule of a file on one event.
Explanation Of(const std::string& rules, std::string_view event,
               const char* profile = "qualys-edr") {
  const rule::RuleSetPtr set = LoadText(rules);
  return Explain(set, 0, *set->schema->FindProfile(profile), event, {.topic = "t"}, {}).value();
}

const std::string kBad = test::ProcessEvent("bad.exe", 1, kTime);
const std::string kGood = test::ProcessEvent("good.exe", 1, kTime);

TEST(Explanation, ARuleThatMatchesAndWhatWouldFollow) {
  const Explanation out = Of(test::RuleFile("bad.exe", test::kKillEnforced), kBad);
  EXPECT_TRUE(out.matches());
  EXPECT_TRUE(out.consistent);
  EXPECT_EQ(out.truth(), Truth::kTrue);
  EXPECT_EQ(out.event_id, "E1");
  EXPECT_EQ(out.event_type, "PROCESS");
  EXPECT_EQ(out.event_time, kTime);
  EXPECT_THAT(out.oddities, IsEmpty());
  ASSERT_THAT(out.actions, SizeIs(2));
  EXPECT_EQ(out.actions[0].outcome, pipeline::Outcome::kOrdered);
}

// Of the other rules of the set no command is taken for one of this rule's.
TEST(Explanation, AmongRulesThatMatchToo) {
  const std::string alert = test::RuleFile("bad.exe");
  std::string kill = test::RuleFile("bad.exe", test::kKillEnforced);
  kill.replace(4, 36, "aaaa0000-0000-4000-8000-000000000001");
  const rule::RuleSetPtr set = LoadText(alert + "---\n" + kill);
  const schema::Profile& profile = *set->schema->FindProfile("qualys-edr");
  EXPECT_THAT(Explain(set, 0, profile, kBad, {.topic = "t"}, {}).value().actions, IsEmpty());
  EXPECT_THAT(Explain(set, 1, profile, kBad, {.topic = "t"}, {}).value().actions, SizeIs(2));
}

TEST(Explanation, AQueryThatDoesNotHold) {
  const Explanation out = Of(test::RuleFile("bad.exe", test::kKillEnforced), kGood);
  EXPECT_EQ(out.cause, Cause::kQueryFails);
  EXPECT_FALSE(out.matches());
  EXPECT_TRUE(out.consistent);
  EXPECT_THAT(out.actions, IsEmpty());
}

std::string RuleOf(const std::string& query, const std::string& more = {}) {
  return "id: 0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c10\nname: N\nseverity: low\nquery: |\n  " + query +
         "\ntrigger:\n  single_match: {}\n" + more;
}

TEST(Explanation, AQueryThatIsNotKnown) {
  const Explanation out =
      Of(RuleOf("process.pid: 1"), R"({"type":"PROCESS","process":{"pid":"?"}})");
  EXPECT_EQ(out.cause, Cause::kQueryUnknown);
  EXPECT_TRUE(out.consistent);
  EXPECT_THAT(out.oddities, ElementsAre(event::Oddity::kUndecodable, event::Oddity::kNoEventTime,
                                        event::Oddity::kNoAsset));
}

TEST(Explanation, ADisabledRule) {
  const Explanation out =
      Of(test::RuleFile("bad.exe", test::kKillEnforced, "enabled: false\n"), kBad);
  EXPECT_EQ(out.cause, Cause::kRuleDisabled);
  EXPECT_EQ(out.truth(), Truth::kTrue);
  EXPECT_TRUE(out.consistent);
  EXPECT_THAT(out.actions, IsEmpty()) << "nothing follows";
}

TEST(Explanation, ARuleOfOtherProfiles) {
  const Explanation out = Of(RuleOf("type: PROCESS", "profiles: [windows-nxlog]\n"), kBad);
  EXPECT_EQ(out.cause, Cause::kProfileNotNamed);
  EXPECT_EQ(out.truth(), Truth::kTrue);
  EXPECT_TRUE(out.consistent) << "the matcher leaves the rule out";
}

TEST(Explanation, AProfileThatLacksTokens) {
  const Explanation out =
      Of(RuleOf("type: OTHER and not indicator.score > 5"), "{}", "windows-nxlog");
  EXPECT_EQ(out.cause, Cause::kTokensMissing);
  EXPECT_THAT(out.missing_tokens, ElementsAre("indicator.score"));
  EXPECT_EQ(out.truth(), Truth::kTrue);
  EXPECT_TRUE(out.consistent) << "the matcher leaves the rule out";
}

TEST(Explanation, AnEventThatIsRejected) {
  const Explanation broken = Of(test::RuleFile("bad.exe"), "{\"a\": x}");
  EXPECT_EQ(broken.cause, Cause::kEventRejected);
  EXPECT_EQ(broken.reject, event::Reject::kInvalidJson);
  EXPECT_EQ(broken.error_offset, 6u);
  EXPECT_THAT(broken.parts, IsEmpty());
  EXPECT_TRUE(broken.consistent);
  EXPECT_EQ(Of(test::RuleFile("bad.exe"), "").reject, event::Reject::kEmpty);
}

// A rule with steps; `more` are further lines.
rule::RuleSetPtr RuleOfSteps(const std::string& trigger, const std::string& more = {}) {
  text::Diagnostics diagnostics;
  const auto source = std::make_shared<text::Source>(
      "rules.yaml",
      "id: 0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c10\nname: N\nseverity: low\nquery: "
      "'type: PROCESS'\ntrigger: " +
          trigger + "\n" + more);
  rule::RuleSetPtr rules = rule::LoadRulesFrom({source}, test::ShippedSchema(), diagnostics);
  EXPECT_NE(rules, nullptr) << text::Render(diagnostics);
  return rules;
}

constexpr char kTwoSteps[] =
    "{unordered: {within: 5m, steps: [{name: bad, query: 'process.name: `bad.exe`'}, {name: good, "
    "query: 'process.name: `good.exe`'}]}}";

TEST(Explanation, OfEachStep) {
  const rule::RuleSetPtr rules = RuleOfSteps(kTwoSteps);
  const schema::Profile& profile = *rules->schema->FindProfile("qualys-edr");
  const Explanation out = Explain(rules, 0, profile, kGood, {.topic = "t"}, {}).value();
  EXPECT_TRUE(out.consistent);
  EXPECT_TRUE(out.matches()) << "one of its steps";
  ASSERT_THAT(out.parts, SizeIs(2));
  EXPECT_EQ(out.parts[0].step->name, "bad");
  EXPECT_EQ(out.parts[0].tree.truth, Truth::kFalse);
  EXPECT_EQ(out.parts[1].tree.truth, Truth::kTrue);
  EXPECT_THAT(out.parts[1].tree.children, SizeIs(2)) << "with the rule's own query";
  const Explanation none =
      Explain(rules, 0, profile, test::ProcessEvent("other.exe", 1, kTime), {.topic = "t"}, {})
          .value();
  EXPECT_EQ(none.cause, Cause::kQueryFails);
  EXPECT_TRUE(none.consistent);
}

// What the event is to the windows, which have seen nothing else.
TEST(Explanation, OfTheGroupsThatAnEventCountsIn) {
  const rule::RuleSetPtr rules = RuleOfSteps(
      "{sequence: {within: 5m, steps: [{name: bad, query: 'process.name: `bad.exe`', by: "
      "[asset.id]}, {name: any, query: 'type: PROCESS', by: [asset.hostName]}, {query: 'type: "
      "PROCESS',"
      " by: [process.username]}], until: {query: 'process.pid: 4001', by: [asset.id]}}}");
  const schema::Profile& profile = *rules->schema->FindProfile("qualys-edr");
  const Explanation out = Explain(rules, 0, profile, kBad, {.topic = "t"}, {}).value();
  EXPECT_TRUE(out.has_windows);
  EXPECT_THAT(out.trigger, testing::StartsWith("sequence: 'bad', then 'any'"));
  ASSERT_THAT(out.groups, SizeIs(2));
  EXPECT_EQ(out.groups[0].words, "asset.id a1");
  EXPECT_THAT(out.groups[0].steps, ElementsAre("bad", "until"));
  EXPECT_EQ(out.groups[0].fate, trigger::Fate::kCounted);
  EXPECT_EQ(out.groups[1].words, "asset.hostName pc-1");
  EXPECT_THAT(out.groups[1].steps, ElementsAre("any"));
  EXPECT_EQ(out.groups[1].fate, trigger::Fate::kNoUse);
  EXPECT_EQ(out.left_out, 1u) << "it has no user";
  EXPECT_FALSE(out.fires);
}

TEST(Explanation, OfAnEventThatMeetsATriggerAlone) {
  const std::string isolate = "remediation: {auto: dry_run, action: quarantine_asset}\n";
  const auto explain = [&](const char* trigger) {
    const rule::RuleSetPtr rules = RuleOfSteps(trigger, isolate);
    return Explain(rules, 0, *rules->schema->FindProfile("qualys-edr"), kBad, {.topic = "t"}, {})
        .value();
  };
  const Explanation one = explain("{count: {at_least: 1, within: 5m, group_by: []}}");
  EXPECT_TRUE(one.fires);
  EXPECT_THAT(one.actions, SizeIs(1));
  ASSERT_THAT(one.groups, SizeIs(1));
  EXPECT_EQ(one.groups[0].words, "");
  EXPECT_THAT(one.groups[0].steps, IsEmpty());
  EXPECT_EQ(one.groups[0].fate, trigger::Fate::kFired);
  const Explanation two = explain("{count: {at_least: 2, within: 5m, group_by: [asset.id]}}");
  EXPECT_FALSE(two.fires);
  EXPECT_THAT(two.actions, IsEmpty());
  EXPECT_EQ(two.groups.at(0).words, "asset.id a1");
}

TEST(Explanation, OfARuleThatFiresForNobody) {
  rule::RuleSet rules = *RuleOfSteps(kTwoSteps);
  rules.rules[0].fires = false;
  const auto set = std::make_shared<const rule::RuleSet>(rules);
  const Explanation out =
      Explain(set, 0, *set->schema->FindProfile("qualys-edr"), kGood, {.topic = "t"}, {}).value();
  EXPECT_TRUE(out.matches());
  EXPECT_TRUE(out.consistent);
}

// `now` is what the matcher took for it.
TEST(Explanation, DatesCountFromTheEventsTime) {
  EXPECT_TRUE(Of(RuleOf("event.dateTime > now-1h"), kBad).matches());
  EXPECT_TRUE(Of(RuleOf("event.dateTime: [\"2025-01-01\" .. now]"), kBad).matches());
}

TEST(Explanation, NamesOfCausesAreTheirOwn) {
  std::vector<std::string_view> names;
  for (const Cause cause :
       {Cause::kQueryHolds, Cause::kEventRejected, Cause::kRuleDisabled, Cause::kProfileNotNamed,
        Cause::kTokensMissing, Cause::kQueryFails, Cause::kQueryUnknown})
    names.push_back(CauseName(cause));
  EXPECT_THAT(names,
              ElementsAre("query_holds", "event_rejected", "rule_disabled", "profile_not_named",
                          "tokens_missing", "query_fails", "query_unknown"));
}

}  // namespace
}  // namespace riposte::app
