#include "app/bench.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/rule_loading.h"
#include "rules/text/diagnostic.h"
#include "tests/app/rule_files.h"
#include "tests/support/temp_dir.h"

namespace riposte::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Time kTime = TimeFromMs(1'767'225'600'000);  // 2026-01-01

class BenchTest : public testing::Test {
 protected:
  // Rules, one for each query, named "rule 0", "rule 1" ...
  void UseRules(const std::vector<std::string>& queries) {
    std::vector<std::string> paths;
    for (size_t i = 0; i < queries.size(); ++i)
      paths.push_back(folder_.Write(std::to_string(i) + ".yaml",
                                    "id: 5d3f9c52-8a43-4c55-9d0e-00000000000" + std::to_string(i) +
                                        "\nname: rule " + std::to_string(i) +
                                        "\nseverity: low\nquery: |\n  " + queries[i] +
                                        "\ntrigger:\n  single_match: {}\n"));
    Load(paths);
  }
  void Load(const std::vector<std::string>& paths) {
    LoadedRules loaded = LoadRuleSet(paths, test::ShippedSchema());
    ASSERT_NE(loaded.rules, nullptr) << text::Render(loaded.diagnostics);
    rules_ = loaded.rules;
  }
  BenchResult Run(const std::vector<std::string>& events, const BenchOptions& options = {},
                  const char* profile = "qualys-edr") {
    std::string lines;
    for (const std::string& event : events) lines += event + "\n";
    RecordedEvents recorded(1u << 20);
    EXPECT_TRUE(recorded.Add(folder_.Write("events", lines), options.event_bytes_max).ok());
    return Bench(*rules_, *rules_->schema->FindProfile(profile), recorded, options);
  }
  // Nine processes "plain.exe" and one "rare.exe".
  static std::vector<std::string> TenEvents() {
    std::vector<std::string> events;
    for (int i = 0; i < 10; ++i)
      events.push_back(test::ProcessEvent(i == 4 ? "rare.exe" : "plain.exe", i, kTime));
    return events;
  }
  static const RuleCost& CostOf(const BenchResult& result, uint32_t rule) {
    const auto found = std::ranges::find(result.ranking, rule, &RuleCost::rule);
    EXPECT_NE(found, result.ranking.end());
    return *found;
  }
  static std::vector<std::string> WordsOf(const RuleCost& cost) {
    std::vector<std::string> words;
    for (const CostReason& reason : cost.reasons)
      words.push_back(std::string(CostCauseName(reason.cause)) + " | " + reason.words);
    return words;
  }

  test::TempDir folder_;
  rule::RuleSetPtr rules_;
};

TEST_F(BenchTest, CountsAndTimes) {
  UseRules({"process.name: rare.exe", "process.name: absent.exe", "not process.name: plain.exe"});
  std::vector<std::string> events = TenEvents();
  events.emplace_back("{\"a\": x}");
  const BenchResult result = Run(events, {.repeat = 1});
  EXPECT_EQ(result.events, 11u);
  EXPECT_EQ(result.rejected, 1u);
  EXPECT_GT(result.bytes, 11u * 100);
  EXPECT_EQ(result.rules, 3u);
  EXPECT_EQ(result.rules_evaluated, 2u) << "one is never looked at";
  EXPECT_EQ(result.evaluations, 11u);
  EXPECT_EQ(result.matches, 2u);
  EXPECT_EQ(result.matched_events, 1u);
  EXPECT_EQ(result.plain_events, 0u);
  EXPECT_GT(result.dom.seconds, 0);
  EXPECT_GT(result.decode.seconds, 0);
  EXPECT_GT(result.whole.seconds, 0);
  EXPECT_EQ(result.whole.spread, 0) << "there was one run";
  EXPECT_EQ(CostOf(result, 0).evaluations, 1u);
  EXPECT_EQ(CostOf(result, 0).matches, 1u);
  EXPECT_EQ(CostOf(result, 2).evaluations, 10u);
}

TEST_F(BenchTest, RanksByTime) {
  std::string hard = "not process.arguments: /([a-z]+[0-9]?)+x[0-9]/";
  UseRules({"process.name: plain.exe", hard, "process.name: rare.exe"});
  std::vector<std::string> events;
  for (int i = 0; i < 10; ++i)
    events.push_back(R"({"type":"PROCESS","process":{"processName":"plain.exe","arguments":")" +
                     std::string(20'000, 'a') + "\"}}");
  const BenchResult result = Run(events, {.repeat = 1});
  ASSERT_EQ(result.ranking.size(), 2u);
  EXPECT_EQ(result.ranking[0].rule, 1u);
  EXPECT_GT(result.ranking[0].ns_per_event, 1000);
  EXPECT_GT(result.ranking[0].share, result.ranking[1].share);
  EXPECT_NEAR(result.evaluate_ns, result.ranking[0].ns_per_event + result.ranking[1].ns_per_event,
              1e-6);
  EXPECT_EQ(Run(events, {.repeat = 1, .top = 1}).ranking.size(), 1u);
  EXPECT_EQ(Run(events, {.repeat = 1, .top = 1}).rules_evaluated, 2u);
  EXPECT_EQ(Run(events, {.repeat = 1, .top = 0}).ranking.size(), 2u) << "all";
}

TEST_F(BenchTest, SaysWhy) {
  UseRules({"not process.name: absent.exe",                              // 0
            "type: FILE and not process.name: absent.exe",               // 1
            "process.pid > 1 and not process.name: plain.exe",           // 2
            "process.name: plain.exe and process.arguments: /^[^a]+$/",  // 3
            "process.name: rare.exe",                                    // 4
            "process.name: rare.exe or process.name: plain.exe"});       // 5
  std::vector<std::string> events = TenEvents();
  for (int i = 0; i < 15; ++i) events.emplace_back(R"({"type":"FILE"})");
  const BenchResult result = Run(events, {.repeat = 1});
  EXPECT_THAT(WordsOf(CostOf(result, 0)),
              ElementsAre("no_anchor | no anchor: evaluated for every event",
                          "matches_often | it matches 100 % of these events"));
  EXPECT_THAT(
      WordsOf(CostOf(result, 1)),
      ElementsAre("common_anchor | common anchor: type: \"file\" may hold in 60 % of these events",
                  "matches_often | it matches 60 % of these events"));
  EXPECT_THAT(WordsOf(CostOf(result, 2)),
              ElementsAre("common_anchor | common anchor: process.pid > 1 may hold in 40 % of "
                          "these events, as only whether there is a value is looked up"));
  EXPECT_THAT(WordsOf(CostOf(result, 3)),
              ElementsAre("common_anchor | common anchor: process.name: \"plain.exe\" may hold in "
                          "36 % of these events",
                          "regex_without_literal | regex without a required literal: "
                          "process.arguments: /^[^a]+$/"));
  EXPECT_THAT(WordsOf(CostOf(result, 4)), IsEmpty());
  EXPECT_THAT(WordsOf(CostOf(result, 5)),
              testing::Contains(HasSubstr("process.name: \"plain.exe\" may hold in 36 % of these "
                                          "events; the most common of 2")));
}

TEST_F(BenchTest, NothingIsEvaluated) {
  UseRules({"process.name: absent.exe"});
  const BenchResult result = Run(TenEvents(), {.repeat = 1});
  EXPECT_EQ(result.rules_evaluated, 0u);
  EXPECT_THAT(result.ranking, IsEmpty());
  EXPECT_EQ(result.evaluate_ns, 0);
}

TEST_F(BenchTest, SigmaRules) {
  Load({folder_.Write("sigma.yml",
                      "title: Whoami\nid: 7f9c3b5e-5d55-4f0e-9a6f-6d3b1f6a2c11\nstatus: test\n"
                      "logsource:\n  category: process_creation\n  product: windows\n"
                      "detection:\n  selection:\n    CommandLine|re: '^[a-z ]+$'\n"
                      "  condition: selection\nlevel: low\n")});
  const BenchResult result = Run(
      {R"({"Channel":"Microsoft-Windows-Sysmon/Operational","SourceName":"Microsoft-Windows-Sysmon",)"
       R"("EventID":1,"CommandLine":"who am i"})"},
      {.repeat = 1}, "windows-nxlog");
  EXPECT_EQ(result.matches, 1u);
  ASSERT_EQ(result.ranking.size(), 1u);
  EXPECT_THAT(WordsOf(result.ranking[0]), testing::Contains(HasSubstr("regex_without_literal | ")));
}

}  // namespace
}  // namespace riposte::app
