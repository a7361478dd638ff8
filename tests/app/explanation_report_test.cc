// The lines of each verdict. Whole outputs are golden: cli_explain_test.cc.
#include "app/explanation_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/rule_loading.h"
#include "base/json.h"
#include "rules/rule/load.h"
#include "tests/app/rule_files.h"
#include "tests/support/temp_dir.h"

namespace riposte::app {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr Time kTime = TimeFromMs(1'767'225'600'000);  // 2026-01-01

std::string RuleOf(const std::string& query, const std::string& more = {}) {
  return "id: 0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c10\nname: N\nseverity: low\nquery: |\n  " + query +
         "\ntrigger:\n  single_match: {}\n" + more;
}

Explanation Of(const std::string& rule, const std::string& event,
               const char* profile = "qualys-edr") {
  const test::TempDir folder;
  const LoadedRules loaded = LoadRuleSet({folder.Write("r.yaml", rule)}, test::ShippedSchema());
  EXPECT_NE(loaded.rules, nullptr) << text::Render(loaded.diagnostics);
  return Explain(loaded.rules, 0, *loaded.rules->schema->FindProfile(profile), event,
                 {.topic = "t"}, {})
      .value();
}
std::string TextOf(const std::string& rule, const std::string& event,
                   const char* profile = "qualys-edr") {
  return ExplanationText(Of(rule, event, profile), "e.json", Marks::kAscii);
}

const std::string kEvent = test::ProcessEvent("bad.exe", 1, kTime);

TEST(ExplanationText, EachVerdict) {
  EXPECT_THAT(TextOf(RuleOf("type: PROCESS"), kEvent),
              HasSubstr("\nverdict  match: the query holds\n"));
  EXPECT_THAT(TextOf(RuleOf("type: FILE"), kEvent),
              HasSubstr("\nverdict  no match: the query does not hold; 1 clause would have to say "
                        "otherwise\n"));
  EXPECT_THAT(TextOf(RuleOf("type: FILE and process.pid: 1"), kEvent),
              HasSubstr("does not hold; 2 clauses would have to say otherwise\n"));
  EXPECT_THAT(
      TextOf(RuleOf("process.pid: 1"), R"({"type":"PROCESS","process":{"pid":"?"}})"),
      HasSubstr("\nodd      undecodable, no_event_time, no_asset\nverdict  no match: whether "
                "the query holds is not known, as a value cannot be read\n"));
  EXPECT_THAT(TextOf(RuleOf("type: PROCESS", "enabled: false\n"), kEvent),
              HasSubstr("\nverdict  no match: the rule is disabled\nquery    holds\n"));
  EXPECT_THAT(TextOf(RuleOf("type: FILE", "profiles: [windows-nxlog]\n"), kEvent),
              HasSubstr("\nverdict  no match: the rule runs only on events of windows-nxlog, and "
                        "this one is read as qualys-edr\nquery    does not hold\n"));
  EXPECT_THAT(TextOf(RuleOf("indicator.score > 1"), "{}", "windows-nxlog"),
              HasSubstr("\nverdict  no match: the rule does not run on events of windows-nxlog, "
                        "which lack indicator.score\n"));
  EXPECT_THAT(TextOf(RuleOf("type: FILE"), "{\"a\": x}"),
              HasSubstr("\nevent    e.json, read as qualys-edr\nverdict  no match: the event is "
                        "rejected, invalid_json at byte 6\n"));
  EXPECT_THAT(TextOf(RuleOf("type: FILE"), "[]"),
              testing::EndsWith("the event is rejected, not_an_object\n"));
}

TEST(ExplanationText, MarksAndColumns) {
  const Explanation out =
      Of(RuleOf("type: FILE or not process.pid: 4001 or process.pid: 4001"), kEvent);
  EXPECT_THAT(ExplanationText(out, "e", Marks::kAscii),
              HasSubstr("\n\n"
                        "> + or                     1 of 3 holds\n"
                        "    - type: \"file\"         the event has \"PROCESS\"\n"
                        "    - not                  what it denies holds\n"
                        "      + process.pid: 4001  the event has \"4001\"\n"
                        ">   + process.pid: 4001    the event has \"4001\"\n"));
  EXPECT_THAT(ExplanationText(out, "e", Marks::kUnicode),
              HasSubstr("\n> \u2713 or                     1 of 3 holds\n"
                        "    \u2717 type: \"file\"         the event has"));
}

// A clause that is longer than the column does not push the others to the right, and one that is
// very long is cut.
TEST(ExplanationText, LongClauses) {
  const std::string text =
      TextOf(RuleOf("type: FILE and process.arguments ~ '" + std::string(100, 'x') +
                    "' and process.arguments ~ '" + std::string(200, 'y') + "'"),
             kEvent);
  EXPECT_THAT(text, HasSubstr(std::string(100, 'x') + "\"  absent, looked for at"));
  EXPECT_THAT(text, HasSubstr("\"file\"" + std::string(46, ' ') + "  the event has"));
  EXPECT_THAT(text, HasSubstr("yyy...  absent"));
  EXPECT_THAT(text, Not(HasSubstr(std::string(160, 'y'))));
}

TEST(ExplanationText, WhatWouldFollow) {
  EXPECT_THAT(TextOf(RuleOf("type: PROCESS"), kEvent),
              testing::EndsWith("\nThe rule only alerts.\n"));
  EXPECT_THAT(TextOf(test::RuleFile("bad.exe", test::kIsolateOff), kEvent),
              HasSubstr("\nremediation  quarantine_asset, auto: off\n  nothing is proposed\n"));
  EXPECT_THAT(TextOf(test::RuleFile("bad.exe", test::kIsolateEnforced), kEvent),
              HasSubstr("\nremediation  quarantine_asset, auto: enforce\n  would order "
                        "quarantine_asset for "));
  EXPECT_THAT(TextOf(test::RuleFile("bad.exe", test::kKillEnforced),
                     test::ProcessEvent("good.exe", 1, kTime)),
              Not(HasSubstr("remediation")));
}

TEST(ExplanationText, AContradictionIsLoud) {
  Explanation out = Of(test::RuleFile("bad.exe", test::kKillEnforced), kEvent);
  out.consistent = false;
  const std::string text = ExplanationText(out, "e.json", Marks::kAscii);
  EXPECT_THAT(text, HasSubstr("\nERROR    the matcher says otherwise, so nothing here is to be "
                              "trusted\n"));
  EXPECT_THAT(text, Not(HasSubstr("would order")));
}

TEST(ExplanationText, AHostileEventCannotDriveTheTerminal) {
  const std::string event =
      R"({"type":"PROCESS","id":"\u001b[2J","process":{"processName":"\u001b[2J"}})";
  const std::string text = TextOf(RuleOf("process.name: `a`"), event);
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, HasSubstr("PROCESS \\x1b[2J"));
}

// Of a rule with two steps.
Explanation OfSteps(const std::string& event) {
  text::Diagnostics diagnostics;
  const auto source = std::make_shared<text::Source>(
      "rules.yaml",
      "id: 0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c10\nname: N\nseverity: low\nquery: 'type: PROCESS'\n"
      "trigger: {unordered: {within: 5m, steps: [{query: 'process.pid: 4001'}, {name: other, "
      "query: 'process.pid: 1'}]}}\n");
  const rule::RuleSetPtr rules = rule::LoadRulesFrom({source}, test::ShippedSchema(), diagnostics);
  EXPECT_NE(rules, nullptr) << text::Render(diagnostics);
  return Explain(rules, 0, *rules->schema->FindProfile("qualys-edr"), event, {.topic = "t"}, {})
      .value();
}

TEST(ExplanationText, EachStepHasATree) {
  const std::string text = ExplanationText(OfSteps(kEvent), "e", Marks::kAscii);
  EXPECT_THAT(text, HasSubstr("\n\nstep 1 holds\n> + and"));
  EXPECT_THAT(text, HasSubstr("\n\nother does not hold\n> - and"));
}

TEST(ExplanationText, WhatTheEventIsToTheWindows) {
  const std::string text = ExplanationText(OfSteps(kEvent), "e", Marks::kAscii);
  EXPECT_THAT(text, HasSubstr("\ntrigger  unordered: 'step 1' and 'other' in any order within 5m, "
                              "for each asset.id\ngroup    asset.id a1: step 1 (counted), 1 of 2 "
                              "steps; missing: 'other' by "
                              "2026-01-01T00:05:00.000Z\n\n"));
  EXPECT_THAT(text, HasSubstr("\nThis event alone does not meet the trigger.\n"));
  const std::string nowhere =
      ExplanationText(OfSteps(R"({"type":"PROCESS","process":{"pid":4001}})"), "e", Marks::kAscii);
  EXPECT_THAT(nowhere,
              HasSubstr("\ngroup    none: a value of the group, or of what is measured, is "
                        "absent or unreadable\n"));
  EXPECT_THAT(ExplanationText(OfSteps("{}"), "e", Marks::kAscii), Not(HasSubstr("trigger")));
}

TEST(ExplanationJson, WhatTheEventIsToTheWindows) {
  EXPECT_THAT(ExplanationJson(OfSteps(kEvent), "e"),
              HasSubstr(R"("groups":[{"group":"asset.id a1","steps":["step 1"],"fate":"counted",)"
                        R"("nearest":{"reached":"1 of 2 steps","missing":"'other' by )"
                        R"(2026-01-01T00:05:00.000Z","first":"2026-01-01T00:00:00.000Z","last":)"
                        R"("2026-01-01T00:00:00.000Z","by":"2026-01-01T00:05:00.000Z"}}],)"
                        R"("left_out":0,"fires":false,)"));
  EXPECT_THAT(ExplanationJson(Of(RuleOf("type: PROCESS"), kEvent), "e"), Not(HasSubstr("groups")));
}

TEST(ExplanationJson, EachStepHasATree) {
  const Result<json::Value> value = json::Parse(ExplanationJson(OfSteps(kEvent), "e"));
  ASSERT_TRUE(value.ok());
  EXPECT_TRUE(value->Find("query")->is_null());
  const std::string line = ExplanationJson(OfSteps(kEvent), "e");
  EXPECT_THAT(line, HasSubstr(R"("steps":[{"step":"step 1","query":{)"));
  EXPECT_THAT(line, HasSubstr(R"({"step":"other","query":{)"));
  EXPECT_THAT(line, HasSubstr(R"("line":5,"column":)")) << "in the step's query";
  EXPECT_THAT(line, Not(HasSubstr(R"("line":4,)"))) << "none in the rule's own";
}

TEST(ExplanationJson, IsOneDocumentForEachVerdict) {
  for (const std::string& event :
       {kEvent, std::string("{}"), std::string("{\"a\": x}"),
        std::string(
            R"({"type":"PROCESS","indicator2":[{"score":"n/a"},7],"process":{"pid":{}}})")}) {
    Explanation out =
        Of(RuleOf("indicator: (score: 1) or process.pid: 1 or type: FILE or indicator is null"),
           event);
    out.consistent = false;
    const std::string line = ExplanationJson(out, "e.json");
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    const Result<json::Value> value = json::Parse(line);
    ASSERT_TRUE(value.ok()) << line;
    EXPECT_EQ(value->StringOr("cause", ""), CauseName(out.cause));
    EXPECT_EQ(*value->Find("consistent")->as_bool(), false);
    EXPECT_EQ(value->Find("query")->is_null(), out.parts.empty());
  }
}

}  // namespace
}  // namespace riposte::app
