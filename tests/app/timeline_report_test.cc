// The lines that a whole output, which is golden (cli_explain_test.cc), does not show.
#include "app/timeline_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "rules/rule/load.h"
#include "tests/app/rule_files.h"

namespace riposte::app {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr Time kTime = TimeFromMs(1'767'225'600'000);  // 2026-01-01

Timeline Of(const std::string& trigger, const std::string& more = {}) {
  text::Diagnostics diagnostics;
  const auto source = std::make_shared<text::Source>(
      "rules.yaml",
      "id: 0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c10\nname: N\nseverity: low\nquery: "
      "'process.name: `a.exe`'\ntrigger: " +
          trigger + "\n" + more);
  const rule::RuleSetPtr rules = rule::LoadRulesFrom({source}, test::ShippedSchema(), diagnostics);
  EXPECT_NE(rules, nullptr) << text::Render(diagnostics);
  std::unique_ptr<TimelineRun> run =
      TimelineRun::Make(rules, 0, *rules->schema->FindProfile("qualys-edr"), {}).value();
  run->Add(test::ProcessEvent("a.exe", 1, kTime), 1, {.topic = "t"});
  run->Add(test::ProcessEvent("b.exe", 2, kTime), 2, {.topic = "t", .offset = 1});
  return run->Finish();
}
std::string TextOf(const Timeline& timeline) { return TimelineText(timeline, "e"); }

TEST(TimelineText, EachVerdict) {
  const std::string count = "{count: {at_least: 2, within: 5m, group_by: [asset.id]}}";
  EXPECT_THAT(TextOf(Of(count)), HasSubstr("\nverdict  no firing: no group meets the trigger\n"));
  EXPECT_THAT(TextOf(Of("{single_match: {}}")), HasSubstr("\nverdict  1 firing\n"));
  EXPECT_THAT(TextOf(Of(count, "enabled: false\n")), HasSubstr("\nnote     the rule is disabled"));
  EXPECT_THAT(TextOf(Of(count, "profiles: [windows-nxlog]\n")),
              HasSubstr("\nverdict  the rule runs only on events of windows-nxlog, and these are "
                        "read as qualys-edr\n"));
  Timeline timeline = Of(count);
  timeline.matched = 0;
  EXPECT_THAT(TextOf(timeline), HasSubstr("\nverdict  no firing: no event matches\n"));
  timeline.runs = false;
  timeline.missing_tokens = {"a.b"};
  EXPECT_THAT(TextOf(timeline), HasSubstr("on events of qualys-edr, which lack a.b\n"));
  timeline.inconsistent_line = 4;
  EXPECT_THAT(TextOf(timeline), HasSubstr("\nERROR    the matcher and the plain evaluator disagree "
                                          "about line 4, "));
}

TEST(TimelineText, WhatIsLeftOut) {
  Timeline timeline = Of("{single_match: {}}");
  EXPECT_THAT(TextOf(timeline), Not(HasSubstr("...")));
  timeline.groups_left_out = 2;
  timeline.groups[0].moments.resize(12);
  timeline.groups[0].left_out = 3;
  EXPECT_THAT(TextOf(timeline), HasSubstr("\n  ... 3 more\n"));
  EXPECT_THAT(TextOf(timeline), HasSubstr("\n... 2 more groups that came less near\n"));
  timeline.waiting.firings = 1;
  EXPECT_THAT(TextOf(timeline),
              HasSubstr("\nwaiting  1 firing more as time goes on without another event\n"));
}

TEST(TimelineText, WhatComesToNoGroup) {
  Timeline timeline = Of("{single_match: {}}");
  timeline.stray_count = 2;
  timeline.strays = {{.line = 7, .event_id = "\x1b[2J", .has_key = false},
                     {.line = 8, .event_id = "", .has_key = true}};
  EXPECT_THAT(TextOf(timeline), HasSubstr("\nno group: 2 matches\n       7   \\x1b[2J a value of"));
  EXPECT_THAT(TextOf(timeline), HasSubstr("\n       8   what is measured is absent"));
}

TEST(TimelineJson, IsOneDocument) {
  Timeline timeline = Of("{count: {at_least: 1, within: 5m, group_by: [asset.id]}}",
                         "remediation: {auto: dry_run, action: quarantine_asset}\n");
  Moment ended{.kind = Moment::Kind::kEnded};
  ended.why = "w";
  timeline.groups[0].moments.push_back(ended);
  timeline.groups[0].moments.push_back({.kind = Moment::Kind::kSummary});
  timeline.strays.push_back({.line = 3, .event_id = ""});
  const std::string line = TimelineJson(timeline, "e");
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  ASSERT_TRUE(json::Parse(line).ok()) << line;
  for (const char* part :
       {R"("what":"event","id":"E1","fate":"fired")", R"("what":"firing","events":1)",
        R"("commands":[{"would":"order","action":"quarantine_asset")",
        R"("guards":[{"guard":"kill_switch","verdict":"at_run_time")",
        R"("what":"ended","stages":0,"why":"w")", R"("what":"summary","joined":0)",
        R"("no_group":[{"line":3,"id":"","lacks":"key"}])"})
    EXPECT_THAT(line, HasSubstr(part));
}

}  // namespace
}  // namespace riposte::app
