#include "app/offline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/rule_loading.h"
#include "tests/app/rule_files.h"
#include "tests/support/temp_dir.h"

namespace riposte::app {
namespace {

using pipeline::Outcome;
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

std::unique_ptr<Offline> Make(const rule::RuleSetPtr& rules, Offline::Options options = {}) {
  return Offline::Make(rules, *rules->schema->FindProfile("qualys-edr"), std::move(options))
      .value();
}

std::vector<Outcome> OutcomesOf(const Judged& judged) {
  std::vector<Outcome> outcomes;
  for (const Fired& fired : judged.firings)
    for (const pipeline::Action& action : fired.decided.actions) outcomes.push_back(action.outcome);
  return outcomes;
}

// The plain evaluator and the matcher; whatever holds for one holds for the other.
class OfflineTest : public testing::TestWithParam<bool> {
 protected:
  Offline::Options Options() const { return {.naive = GetParam()}; }
};
INSTANTIATE_TEST_SUITE_P(Evaluators, OfflineTest, testing::Bool(),
                         [](const testing::TestParamInfo<bool>& evaluator) {
                           return evaluator.param ? "naive" : "matcher";
                         });

TEST_P(OfflineTest, WhatCannotBeReadSaysWhy) {
  const rule::RuleSetPtr rules = LoadText(test::RuleFile("a.exe"));
  Offline::Options options = Options();
  options.event_bytes_max = 400;
  const std::unique_ptr<Offline> offline = Make(rules, options);
  EXPECT_EQ(offline->Run("", {}).reject, event::Reject::kEmpty);
  EXPECT_EQ(offline->Run("[]", {}).reject, event::Reject::kNotAnObject);
  const Judged& judged = offline->Run(R"({"a": x})", {});
  EXPECT_EQ(judged.reject, event::Reject::kInvalidJson);
  EXPECT_EQ(judged.error_offset, 6u);
  EXPECT_EQ(judged.event, nullptr);
  EXPECT_EQ(offline->Run(std::string(401, ' '), {}).reject, event::Reject::kTooLarge);
}

// One event's outcome does not hang on to the next.
TEST_P(OfflineTest, EachEventBeginsAnew) {
  const rule::RuleSetPtr rules =
      LoadText(test::RuleFile("a.exe") + "---\n" + test::RuleFile("b.exe"));
  const std::unique_ptr<Offline> offline = Make(rules, Options());
  const Judged& hit = offline->Run(test::ProcessEvent("b.exe", 1, kTime), {});
  ASSERT_THAT(hit.matches, SizeIs(1));
  EXPECT_EQ(hit.matches.front().rule, 1u);
  ASSERT_THAT(hit.firings, SizeIs(1));
  EXPECT_EQ(hit.firings.front().decided.firing.rule, &rules->rules[1]);
  const Judged& miss = offline->Run(test::ProcessEvent("c.exe", 2, kTime), {});
  EXPECT_THAT(miss.matches, IsEmpty());
  EXPECT_THAT(miss.firings, IsEmpty());
  const Judged& broken = offline->Run("{", {});
  EXPECT_THAT(broken.matches, IsEmpty());
  EXPECT_THAT(broken.firings, IsEmpty());
}

// Neither the age of the event nor the arming of the rule holds anything up here, and no clock of
// the machine takes part.
TEST_P(OfflineTest, AnEnforcingRuleWouldOrderWhateverTheTime) {
  const std::unique_ptr<Offline> offline =
      Make(LoadText(test::RuleFile("a.exe", test::kKillEnforced)), Options());
  for (const Time time : {kTime, TimeFromMs(0), kTime + std::chrono::hours(24 * 365 * 50)}) {
    const Judged& judged = offline->Run(test::ProcessEvent("a.exe", 1, time), {});
    EXPECT_THAT(OutcomesOf(judged), ElementsAre(Outcome::kOrdered, Outcome::kOrdered));
    EXPECT_EQ(judged.firings.front().decided.firing.event_time, time);
  }
}

// What a rule would do is the question, so its mode does not take part; a rule that proposes
// nothing would do nothing.
TEST_P(OfflineTest, ARuleThatRunsDryIsJudgedAsIfItEnforced) {
  const std::unique_ptr<Offline> dry =
      Make(LoadText(test::RuleFile("a.exe", test::kKillDry)), Options());
  EXPECT_THAT(OutcomesOf(dry->Run(test::ProcessEvent("a.exe", 1, kTime), {})),
              ElementsAre(Outcome::kOrdered, Outcome::kOrdered));
  const std::unique_ptr<Offline> off =
      Make(LoadText(test::RuleFile("a.exe", test::kIsolateOff)), Options());
  const Judged& judged = off->Run(test::ProcessEvent("a.exe", 1, kTime), {});
  EXPECT_THAT(judged.firings, SizeIs(1));
  EXPECT_THAT(OutcomesOf(judged), IsEmpty());
}

TEST_P(OfflineTest, ProtectedTargetsAreJudged) {
  Offline::Options options = Options();
  options.guards.protection.assets.push_back("PC-1");
  const std::unique_ptr<Offline> offline =
      Make(LoadText(test::RuleFile("a.exe", test::kIsolateEnforced)), options);
  const Judged& judged = offline->Run(test::ProcessEvent("a.exe", 1, kTime), {});
  EXPECT_THAT(OutcomesOf(judged), ElementsAre(Outcome::kDenied));
}

// `now` in a query is the event's time, or that of the event before it, or what the caller says.
TEST_P(OfflineTest, EventTimeIsTheClock) {
  const std::string recent =
      "id: 0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c10\nname: N\nseverity: low\nquery: |\n"
      "  event.dateTime > now-1h\ntrigger:\n  single_match: {}\n";
  const std::unique_ptr<Offline> offline = Make(LoadText(recent), Options());
  EXPECT_THAT(offline->Run(test::ProcessEvent("a.exe", 1, kTime), {}).matches, SizeIs(1));
  EXPECT_THAT(
      offline->Run(test::ProcessEvent("a.exe", 1, kTime + std::chrono::hours(48)), {}).matches,
      SizeIs(1))
      << "its own time is now";
}

TEST_P(OfflineTest, SaysWhatNowWas) {
  const std::unique_ptr<Offline> offline = Make(LoadText(test::RuleFile("a.exe")), Options());
  EXPECT_EQ(offline->Run(test::ProcessEvent("b.exe", 1, kTime), {}).now, kTime);
  EXPECT_EQ(offline->Run("{}", {}).now, kTime);
  EXPECT_EQ(offline->Run("{}", {}, kTime + Duration{5}).now, kTime + Duration{5});
}

TEST_P(OfflineTest, AnEventWithoutATimeHasThatOfTheOneBefore) {
  const std::unique_ptr<Offline> offline = Make(LoadText(test::RuleFile("a.exe")), Options());
  const std::string timeless = R"({"type":"PROCESS","process":{"processName":"a.exe"}})";
  offline->Run(test::ProcessEvent("a.exe", 1, kTime), {});
  EXPECT_EQ(offline->Run(timeless, {}).firings.front().decided.firing.event_time, kTime);
  EXPECT_EQ(
      offline->Run(timeless, {}, kTime + Duration{5}).firings.front().decided.firing.event_time,
      kTime + Duration{5});
  EXPECT_EQ(offline->Run(timeless, {}).firings.front().decided.firing.event_time,
            kTime + Duration{5});
}

// The same events give the same ids, whichever evaluator ran; an event without an id is told apart
// by its origin.
TEST(Offline, IdsAreThoseOfTheEventsAndTheirOrigins) {
  const rule::RuleSetPtr rules = LoadText(test::RuleFile("a.exe"));
  const std::unique_ptr<Offline> matcher = Make(rules), naive = Make(rules, {.naive = true});
  const auto id = [](const std::unique_ptr<Offline>& offline, const std::string& event,
                     int64_t offset) {
    return offline->Run(event, {.topic = "t", .offset = offset}).firings.front().decided.firing.id;
  };
  const std::string event = test::ProcessEvent("a.exe", 1, kTime);
  EXPECT_EQ(id(matcher, event, 1), id(naive, event, 1));
  EXPECT_EQ(id(matcher, event, 1), id(matcher, event, 2)) << "its own id names it";
  const std::string nameless =
      R"({"type":"PROCESS","dateTime":"2026-01-01T00:00:00Z","process":{"processName":"a.exe"}})";
  EXPECT_EQ(id(matcher, nameless, 1), id(naive, nameless, 1));
  EXPECT_NE(id(matcher, nameless, 1), id(matcher, nameless, 2));
}

TEST(Alone, IsTheRuleEnabled) {
  const rule::RuleSetPtr rules =
      LoadText(test::RuleFile("a.exe") + "---\n" + test::RuleFile("b.exe", {}, "enabled: false\n"));
  const rule::RuleSetPtr alone = Alone(*rules, rules->rules[1]);
  ASSERT_THAT(alone->rules, SizeIs(1));
  EXPECT_EQ(alone->rules.front().id, rules->rules[1].id);
  EXPECT_TRUE(alone->rules.front().enabled);
  EXPECT_FALSE(rules->rules[1].enabled);
  EXPECT_EQ(alone->schema, rules->schema);
}

}  // namespace
}  // namespace riposte::app
