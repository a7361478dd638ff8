#include "app/metrics.h"

#include <array>
#include <cstdio>
#include <regex>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/corpus.h"
#include "tests/support/engine_fixture.h"
#include "tests/support/temp_dir.h"

namespace riposte::app {
namespace {

using testing::HasSubstr;
using testing::Not;

const pipeline::PartitionId kPartition{.topic = "edr", .partition = 3};

rule::RuleSet SetOf(std::vector<rule::Rule> rules, const std::string& sha256) {
  rule::RuleSet set;
  set.schema = test::EngineSchema();
  set.rules = std::move(rules);
  set.sha256 = sha256;
  return set;
}

class EngineMetricsTest : public testing::Test {
 protected:
  // The value of a series as it is written, or "absent".
  std::string ValueOf(const std::string& series) const {
    std::istringstream text(registry_.Text());
    for (std::string line; std::getline(text, line);)
      if (line.starts_with(series + " ")) return line.substr(series.size() + 1);
    return "absent";
  }
  static std::string OfRule(std::string_view name, const rule::Rule& rule) {
    return std::string(name) + "{rule=\"" + rule.id.ToString() + "\"}";
  }
  void Commit(const pipeline::Counts& counts, std::span<const pipeline::RuleCount> rules = {},
              std::span<const pipeline::CommandCount> commands = {},
              std::span<const pipeline::DecisionCount> decisions = {}, int64_t lag = -1) {
    const pipeline::SourceCount source{
        .partition = &kPartition, .consumed = counts.consumed, .lag = lag};
    metrics_.OnCommit({.sources = {&source, 1},
                       .counts = &counts,
                       .rules = rules,
                       .commands = commands,
                       .decisions = decisions});
  }
  // Something in every series.
  void FillAll() {
    rule::Rule quoted = test::RuleFor("a");
    quoted.name = "a \"quoted\" \\ name\nof two lines, \xC3\xA9";
    metrics_.OnRulesLive(SetOf({quoted}, "5ha"), false, TimeFromMs(1500));
    const std::array<pipeline::RuleCount, 1> rules = {{{&quoted, 2, 1, 5}}};
    const std::array<pipeline::CommandCount, 1> commands = {{{"kill_process", "ordered", 1}}};
    const std::array<pipeline::DecisionCount, 1> decisions = {{{"expiry", "allow", 1}}};
    pipeline::Counts counts;
    counts.consumed = counts.matched = 1;
    counts.processing.Add(0.5);
    Commit(counts, rules, commands, decisions, 7);
  }

  metrics::Registry registry_;
  EngineMetrics metrics_{registry_};
};

TEST_F(EngineMetricsTest, ACommitIsAddedToEverySeriesItConcerns) {
  pipeline::Counts counts;
  counts.consumed = 10;
  counts.matched = 1;
  counts.unmatched = 2;
  counts.dead_lettered = 3;
  counts.empty = 4;
  counts.firings[static_cast<size_t>(rule::Severity::kHigh)] = 5;
  counts.rejects[static_cast<size_t>(event::Reject::kTooDeep)] = 3;
  counts.detection_delay.Add(0.003, 2);
  counts.command_delay.Add(700);
  counts.transaction.Add(0.25);
  counts.plain_events = 6;
  counts.decode_ns = 250'000'000;
  counts.find_ns = 125'000'000;
  const std::array<pipeline::CommandCount, 2> commands = {
      {{"kill_process", "ordered", 2}, {"quarantine_asset", "held", 1}}};
  const std::array<pipeline::DecisionCount, 1> decisions = {{{"protected", "deny", 4}}};
  for (int i = 0; i < 2; ++i) Commit(counts, {}, commands, decisions);

  EXPECT_EQ(ValueOf(R"(riposte_events_consumed_total{topic="edr"})"), "20");
  EXPECT_EQ(ValueOf(R"(riposte_events_processed_total{result="matched"})"), "2");
  EXPECT_EQ(ValueOf(R"(riposte_events_processed_total{result="unmatched"})"), "4");
  EXPECT_EQ(ValueOf(R"(riposte_events_processed_total{result="dead_lettered"})"), "6");
  EXPECT_EQ(ValueOf(R"(riposte_events_processed_total{result="empty"})"), "8");
  EXPECT_EQ(ValueOf(R"(riposte_events_rejected_total{reason="too_deep"})"), "6");
  EXPECT_EQ(ValueOf(R"(riposte_firings_total{severity="high"})"), "10");
  EXPECT_EQ(ValueOf(R"(riposte_commands_total{action="kill_process",outcome="ordered"})"), "4");
  EXPECT_EQ(ValueOf(R"(riposte_commands_total{action="quarantine_asset",outcome="held"})"), "2");
  EXPECT_EQ(ValueOf(R"(riposte_guard_decisions_total{decision="deny",guard="protected"})"), "8");
  EXPECT_EQ(ValueOf("riposte_events_plainly_evaluated_total"), "12");
  EXPECT_EQ(ValueOf(R"(riposte_event_cost_seconds_total{part="decode"})"), "0.5");
  EXPECT_EQ(ValueOf(R"(riposte_event_cost_seconds_total{part="find_rules"})"), "0.25");
  EXPECT_EQ(ValueOf(R"(riposte_transactions_total{outcome="committed"})"), "2");
  EXPECT_EQ(ValueOf(R"(riposte_transactions_total{outcome="aborted"})"), "0");
  EXPECT_EQ(ValueOf(R"(riposte_detection_delay_seconds_bucket{le="0.0025"})"), "0");
  EXPECT_EQ(ValueOf(R"(riposte_detection_delay_seconds_bucket{le="0.005"})"), "4");
  EXPECT_EQ(ValueOf("riposte_detection_delay_seconds_count"), "4");
  EXPECT_EQ(ValueOf(R"(riposte_command_delay_seconds_bucket{le="600"})"), "0");
  EXPECT_EQ(ValueOf(R"(riposte_command_delay_seconds_bucket{le="+Inf"})"), "2");
  EXPECT_EQ(ValueOf("riposte_command_delay_seconds_sum"), "1400");
  EXPECT_EQ(ValueOf(R"(riposte_transaction_seconds_bucket{le="0.1"})"), "0");
  EXPECT_EQ(ValueOf(R"(riposte_transaction_seconds_bucket{le="0.25"})"), "2");
  EXPECT_EQ(ValueOf("riposte_transaction_seconds_sum"), "0.5");
}

TEST_F(EngineMetricsTest, WhatBecomesOfMatchesInWindowsIsCounted) {
  const rule::Rule rule = test::RuleFor("a");
  metrics_.OnRulesLive(SetOf({rule}, "5ha"), false, TimeFromMs(0));
  pipeline::Counts counts;
  counts.windows.fates[static_cast<size_t>(trigger::Fate::kLate)] = 2;
  counts.windows.fates[static_cast<size_t>(trigger::Fate::kNoValue)] = 3;
  counts.windows.no_value = 4;
  counts.windows.no_key = 5;
  counts.windows.summaries = 6;
  counts.windows.chained_lost = 7;
  pipeline::RuleCount of_rule{.rule = &rule};
  of_rule.late = 2;
  of_rule.evicted = 8;
  Commit(counts, {&of_rule, 1});
  EXPECT_EQ(ValueOf(R"(riposte_window_matches_total{fate="late"})"), "2");
  EXPECT_EQ(ValueOf(R"(riposte_window_matches_total{fate="no_value"})"), "7");
  EXPECT_EQ(ValueOf(R"(riposte_window_matches_total{fate="no_key"})"), "5");
  EXPECT_EQ(ValueOf(R"(riposte_window_matches_total{fate="fired"})"), "0");
  EXPECT_EQ(ValueOf("riposte_window_summaries_total"), "6");
  EXPECT_EQ(ValueOf("riposte_window_firings_lost_total"), "7");
  EXPECT_EQ(ValueOf(OfRule("riposte_rule_late_total", rule)), "2");
  EXPECT_EQ(ValueOf(OfRule("riposte_rule_groups_evicted_total", rule)), "8");
  metrics_.OnRulesLive(SetOf({}, "5ha"), false, TimeFromMs(0));
  EXPECT_EQ(ValueOf(OfRule("riposte_rule_late_total", rule)), "absent");
  EXPECT_EQ(ValueOf(OfRule("riposte_rule_groups_evicted_total", rule)), "absent");
}

TEST_F(EngineMetricsTest, WhatIsSilentIsCounted) {
  pipeline::Counts counts;
  counts.suppress = {.silenced = 3, .evicted = 2};
  Commit(counts);
  EXPECT_EQ(ValueOf("riposte_alerts_silenced_total"), "3");
  EXPECT_EQ(ValueOf("riposte_suppress_keys_evicted_total"), "2");
}

TEST_F(EngineMetricsTest, WhatGoesByTheShuffleIsCounted) {
  pipeline::Counts counts;
  counts.shuffle.sent = 2;
  counts.shuffle.received[static_cast<size_t>(pipeline::ShuffleReject::kNone)] = 3;
  counts.shuffle.received[static_cast<size_t>(pipeline::ShuffleReject::kUnknownRule)] = 4;
  counts.shuffle.senders_refused = 5;
  counts.shuffle.proposals_sent = 6;
  counts.shuffle.proposals_taken = 7;
  counts.shuffle.proposals_too_large = 8;
  Commit(counts);
  EXPECT_EQ(ValueOf("riposte_shuffle_sent_total"), "2");
  EXPECT_EQ(ValueOf(R"(riposte_shuffle_received_total{dropped="none"})"), "3");
  EXPECT_EQ(ValueOf(R"(riposte_shuffle_received_total{dropped="unknown_rule"})"), "4");
  EXPECT_EQ(ValueOf("riposte_shuffle_senders_refused_total"), "5");
  EXPECT_EQ(ValueOf(R"(riposte_proposals_total{fate="sent"})"), "6");
  EXPECT_EQ(ValueOf(R"(riposte_proposals_total{fate="taken"})"), "7");
  EXPECT_EQ(ValueOf(R"(riposte_proposals_total{fate="too_large"})"), "8");
}

TEST_F(EngineMetricsTest, StoresThatWereOfNoUseAndThatFailAreCounted) {
  metrics_.OnWindowsStart({.task = 1, .replayed = 5, .restored = 3});
  EXPECT_EQ(ValueOf("riposte_state_stores_wiped_total"), "0");
  metrics_.OnWindowsStart({.task = 1, .wiped = "too_old", .refused = 1, .silenced_refused = 1});
  EXPECT_EQ(ValueOf("riposte_state_stores_wiped_total"), "1");
  EXPECT_EQ(ValueOf("riposte_state_groups_refused_total"), "2");
  metrics_.OnStoreLag(1, Status(ErrorCode::kIo, "no space left"));
  metrics_.OnStoreLag(1, Status::Ok());
  EXPECT_EQ(ValueOf("riposte_state_store_failures_total"), "1");
}

// A rate over a series that appears with its first mishap would miss that one.
TEST_F(EngineMetricsTest, BoundedSeriesAreThereFromTheStart) {
  for (const char* reason : {"invalid_json", "not_an_object", "too_deep", "too_large", "poison"})
    EXPECT_EQ(ValueOf("riposte_events_rejected_total{reason=\"" + std::string(reason) + "\"}"),
              "0");
  for (const char* severity : {"informational", "low", "medium", "high", "critical"})
    EXPECT_EQ(ValueOf("riposte_firings_total{severity=\"" + std::string(severity) + "\"}"), "0");
  // What makes no dead letter is no reason of one.
  EXPECT_THAT(registry_.Text(), Not(HasSubstr("reason=\"none\"")));
  EXPECT_THAT(registry_.Text(), Not(HasSubstr("reason=\"empty\"")));
  EXPECT_EQ(ValueOf("riposte_rules_reload_failures_total"), "0");
  EXPECT_EQ(ValueOf("riposte_tasks_stopped_total"), "0");
}

TEST_F(EngineMetricsTest, SeriesOfARuleLiveAsLongAsTheRule) {
  const rule::Rule stays = test::RuleFor("stays"), goes = test::RuleFor("goes");
  rule::Rule off = test::RuleFor("off");
  off.enabled = false;
  metrics_.OnRulesLive(SetOf({stays, goes, off}, "one"), false, TimeFromMs(0));
  const std::array<pipeline::RuleCount, 2> counts = {
      {{&stays, 9, 2, 1'500'000'000}, {&goes, 5, 1, 0}}};
  Commit({}, counts);
  EXPECT_EQ(ValueOf(OfRule("riposte_rule_evaluations_total", stays)), "9");
  EXPECT_EQ(ValueOf(OfRule("riposte_rule_matches_total", goes)), "1");
  EXPECT_EQ(ValueOf(OfRule("riposte_rule_cost_seconds_total", stays)), "1.5");
  EXPECT_THAT(registry_.Text(), Not(HasSubstr(off.id.ToString()))) << "it never runs";

  metrics_.OnRulesLive(SetOf({stays}, "two"), false, TimeFromMs(0));
  Commit({}, counts);  // of a worker that had not taken the new set up yet
  EXPECT_EQ(ValueOf(OfRule("riposte_rule_evaluations_total", stays)), "18") << "it goes on";
  EXPECT_THAT(registry_.Text(), Not(HasSubstr(goes.id.ToString())));

  metrics_.OnRulesLive(SetOf({stays, goes}, "three"), false, TimeFromMs(0));
  EXPECT_EQ(ValueOf(OfRule("riposte_rule_matches_total", goes)), "0") << "it begins anew";
}

TEST_F(EngineMetricsTest, ARenamedRuleHasOneName) {
  rule::Rule rule = test::RuleFor("a");
  rule.name = "old name";
  metrics_.OnRulesLive(SetOf({rule}, "one"), false, TimeFromMs(0));
  rule.name = "new name";
  rule.severity = rule::Severity::kCritical;
  metrics_.OnRulesLive(SetOf({rule}, "two"), false, TimeFromMs(0));
  EXPECT_THAT(registry_.Text(), Not(HasSubstr("old name")));
  EXPECT_EQ(ValueOf("riposte_rule_info{name=\"new name\",rule=\"" + rule.id.ToString() +
                    "\",severity=\"critical\"}"),
            "1");
}

TEST_F(EngineMetricsTest, TheLiveSet) {
  rule::Rule off = test::RuleFor("off");
  off.enabled = false;
  metrics_.OnRulesLive(SetOf({test::RuleFor("a"), test::RuleFor("b"), off}, "one"), true,
                       TimeFromMs(1500));
  EXPECT_EQ(ValueOf(R"(riposte_rules_loaded{state="enabled"})"), "2");
  EXPECT_EQ(ValueOf(R"(riposte_rules_loaded{state="disabled"})"), "1");
  EXPECT_EQ(ValueOf(R"(riposte_ruleset_info{sha256="one"})"), "1");
  EXPECT_EQ(ValueOf("riposte_rules_last_good"), "1");
  EXPECT_EQ(ValueOf("riposte_rules_last_reload_success_timestamp_seconds"), "1.5");

  metrics_.OnReloadFailed();
  metrics_.OnRulesLive(SetOf({}, "two"), false, TimeFromMs(2000));
  EXPECT_EQ(ValueOf(R"(riposte_rules_loaded{state="enabled"})"), "0");
  EXPECT_EQ(ValueOf(R"(riposte_ruleset_info{sha256="one"})"), "absent");
  EXPECT_EQ(ValueOf(R"(riposte_ruleset_info{sha256="two"})"), "1");
  EXPECT_EQ(ValueOf("riposte_rules_last_good"), "0");
  EXPECT_EQ(ValueOf("riposte_rules_reload_failures_total"), "1");
}

TEST_F(EngineMetricsTest, LagIsOfPartitionsThatAreHere) {
  const std::string series = R"(riposte_kafka_consumer_lag_messages{partition="3",topic="edr"})";
  Commit({});
  EXPECT_EQ(ValueOf(series), "absent") << "not known yet";
  Commit({}, {}, {}, {}, 0);
  EXPECT_EQ(ValueOf(series), "0");
  Commit({}, {}, {}, {}, 42);
  EXPECT_EQ(ValueOf(series), "42");
  Commit({});
  EXPECT_EQ(ValueOf(series), "42") << "nothing new was heard";
  metrics_.OnRevoked(kPartition);
  EXPECT_EQ(ValueOf(series), "absent");
  metrics_.OnRevoked(kPartition);
  Commit({}, {}, {}, {}, 1);
  EXPECT_EQ(ValueOf(series), "1") << "it came back";
}

TEST_F(EngineMetricsTest, AbortsAndTasksThatStopped) {
  metrics_.OnAbort(kPartition, false);
  EXPECT_EQ(ValueOf("riposte_open_batches_undone_total"), "0");
  metrics_.OnAbort(kPartition, true);
  metrics_.OnTaskStopped(kPartition, Status(ErrorCode::kFenced, "another instance has it"));
  metrics_.SetEnforcement(true);
  EXPECT_EQ(ValueOf(R"(riposte_transactions_total{outcome="aborted"})"), "2");
  EXPECT_EQ(ValueOf("riposte_open_batches_undone_total"), "1");
  EXPECT_EQ(ValueOf("riposte_tasks_stopped_total"), "1");
  EXPECT_EQ(ValueOf("riposte_enforcement_enabled"), "1");
  metrics_.SetEnforcement(false);
  EXPECT_EQ(ValueOf("riposte_enforcement_enabled"), "0");
}

TEST_F(EngineMetricsTest, InstancesThatHaveTheSameRuleSetAndAnother) {
  EXPECT_EQ(ValueOf(R"(riposte_ruleset_instances{set="different"})"), "0");
  metrics_.SetAgreement({.same = 3, .different = 2, .ignored = 4, .example = "engine-2"});
  EXPECT_EQ(ValueOf(R"(riposte_ruleset_instances{set="same"})"), "3");
  EXPECT_EQ(ValueOf(R"(riposte_ruleset_instances{set="different"})"), "2");
  EXPECT_EQ(ValueOf("riposte_ruleset_records_ignored"), "4");
  EXPECT_THAT(registry_.Text(), Not(HasSubstr("engine-2")));
}

// docs/operations.md names exactly what is there.
TEST_F(EngineMetricsTest, EachIsDocumented) {
  FillAll();
  std::set<std::string> present, documented;
  std::istringstream text(registry_.Text());
  for (std::string line; std::getline(text, line);) {
    if (!line.starts_with("# TYPE riposte_")) continue;
    present.insert(line.substr(7, line.find(' ', 7) - 7));
  }
  const std::string document = test::ReadFile(RIPOSTE_SOURCE_DIR "/docs/operations.md");
  const size_t begin = document.find("## Metrics");
  ASSERT_NE(begin, std::string::npos);
  const std::string section = document.substr(begin, document.find("\n## ", begin) - begin);
  const std::regex name("\n\\| `(riposte_[a-z_]+)`(, `(riposte_[a-z_]+)`)?");
  for (std::sregex_iterator it(section.begin(), section.end(), name), end; it != end; ++it) {
    documented.insert((*it)[1]);
    if ((*it)[3].matched) documented.insert((*it)[3]);
  }
  EXPECT_EQ(present, documented);
}

TEST_F(EngineMetricsTest, PromtoolHasNothingToSay) {
  if (std::system("command -v promtool >/dev/null 2>&1") != 0)
    GTEST_SKIP() << "promtool is not installed (package prometheus)";
  FillAll();
  const test::TempDir folder;
  const std::string text = folder.Write("metrics", registry_.Text());
  FILE* const checked = popen(("promtool check metrics <" + text + " 2>&1").c_str(), "r");
  ASSERT_NE(checked, nullptr);
  std::string said;
  for (int c = std::fgetc(checked); c != EOF; c = std::fgetc(checked))
    said.push_back(static_cast<char>(c));
  EXPECT_EQ(pclose(checked), 0) << said;
  EXPECT_EQ(said, "");
}

}  // namespace
}  // namespace riposte::app
