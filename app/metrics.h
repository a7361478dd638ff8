// The engine's metrics: what the pipeline reports after each transaction, and the state of the
// rules. docs/operations.md lists them.
//
// No series is labelled with a host, user, path or event. Series of a rule live as long as the rule
// is in the live set.
#pragma once

#include <compare>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/ruleset_record.h"
#include "base/metrics.h"
#include "base/time.h"
#include "base/uuid.h"
#include "engine/pipeline/observer.h"
#include "rules/rule/rule.h"

namespace riposte::app {

// Safe to use from any thread.
class EngineMetrics final : public pipeline::Observer {
 public:
  // `registry` outlives it.
  explicit EngineMetrics(metrics::Registry& registry);

  void OnCommit(const pipeline::Report& report) override;
  void OnAbort(const pipeline::PartitionId& partition, bool open_behind) override;
  // Also logs it.
  void OnTaskStopped(const pipeline::PartitionId& partition, const Status& reason) override;

  // These log what they are told, too.
  void OnWindowsStart(const pipeline::WindowsStart& start) override;
  void OnWindowsAwaited(int32_t task, const Status& reason) override;
  void OnWindowsReload(const pipeline::WindowsReload& reload) override;
  void OnStoreLag(int32_t task, const Status& reason) override;

  // The partition went away: its lag is nobody's any more.
  void OnRevoked(const pipeline::PartitionId& partition);

  // `rules` went live. The series of rules that it does not have go away.
  void OnRulesLive(const rule::RuleSet& rules, bool last_good, Time now);
  void OnReloadFailed();
  void SetEnforcement(bool enabled);
  void SetAgreement(const Agreement& agreement);

 private:
  struct RuleSeries {
    metrics::Counter evaluations, matches, cost, late, evicted;
    metrics::Gauge description;
    uint64_t generation = 0;
  };
  using LabelPair = std::pair<std::string, std::string>;

  void AddRule(const rule::Rule& rule);
  void CountWindows(const pipeline::WindowCounts& counts);
  void CountSilenced(const pipeline::SuppressCounts& counts);
  void CountShuffle(const pipeline::ShuffleCounts& counts);
  void CountSource(const pipeline::SourceCount& source);  // under mutex_
  static void Count(const metrics::CounterFamily& family,
                    std::map<LabelPair, metrics::Counter>& series, std::string_view first_label,
                    std::string_view first, std::string_view second_label, std::string_view second,
                    uint64_t count);

  metrics::CounterFamily consumed_, processed_, rejected_, odd_, firings_, commands_, decisions_,
      transactions_;
  metrics::CounterFamily rule_evaluations_, rule_matches_, rule_cost_, event_cost_;
  metrics::CounterFamily shuffle_received_, proposals_, window_matches_, rule_late_, rule_evicted_;
  metrics::GaugeFamily lag_, rule_descriptions_, rules_loaded_, ruleset_, instances_;
  metrics::Histogram processing_, detection_delay_, command_delay_, transaction_;
  metrics::Counter reload_failures_, tasks_stopped_;
  metrics::Counter committed_, aborted_, undone_;
  metrics::Counter plain_events_, decode_cost_, find_cost_;
  metrics::Counter window_summaries_, window_firings_lost_, window_no_key_;
  metrics::Counter silenced_, silenced_evicted_;
  metrics::Counter shuffle_sent_, proposals_sent_, proposals_taken_, proposals_too_large_;
  metrics::Counter senders_refused_;
  metrics::Counter stores_wiped_, store_failures_, groups_refused_;
  metrics::Gauge last_reload_, last_good_, enforcement_;
  metrics::Gauge instances_same_, instances_different_, announcements_ignored_;

  std::mutex mutex_;  // of what follows: handles that were looked up once
  std::map<std::string, metrics::Counter, std::less<>> topics_;
  std::map<pipeline::PartitionId, metrics::Gauge> lags_;
  std::map<LabelPair, metrics::Counter> commands_by_outcome_, decisions_by_guard_;
  std::map<Uuid, RuleSeries> rules_;
  std::vector<metrics::Counter> processed_by_result_, rejects_by_reason_, oddities_by_kind_,
      firings_by_severity_, matches_by_fate_, shuffle_by_result_;
  uint64_t generation_ = 0;
  std::vector<metrics::Gauge> ruleset_series_;
};

}  // namespace riposte::app
