#include "app/metrics.h"

#include "app/version.h"
#include "base/log.h"

namespace riposte::app {
namespace {

constexpr size_t kRejects = static_cast<size_t>(event::Reject::kCount);
constexpr size_t kOddities = static_cast<size_t>(event::Oddity::kCount);
constexpr size_t kSeverities = 5;
constexpr size_t kShuffleRejects = static_cast<size_t>(pipeline::ShuffleReject::kCount);
constexpr size_t kFates = static_cast<size_t>(trigger::Fate::kCount);
constexpr std::array<std::string_view, 4> kResults = {"matched", "unmatched", "dead_lettered",
                                                      "empty"};

// Whether a verdict of the decoder makes a dead letter.
bool IsDeadLetter(size_t reject) {
  return reject != static_cast<size_t>(event::Reject::kNone) &&
         reject != static_cast<size_t>(event::Reject::kEmpty);
}

double Seconds(uint64_t ns) { return static_cast<double>(ns) * 1e-9; }

}  // namespace

EngineMetrics::EngineMetrics(metrics::Registry& registry)
    : consumed_(
          registry.AddCounters("riposte_events_consumed_total", "Records read, by input topic.")),
      processed_(
          registry.AddCounters("riposte_events_processed_total",
                               "Records of committed transactions, by what became of them.")),
      rejected_(registry.AddCounters("riposte_events_rejected_total",
                                     "Records that became dead letters.")),
      odd_(registry.AddCounters("riposte_events_odd_total",
                                "Events that were matched although something about them is odd.")),
      firings_(registry.AddCounters("riposte_firings_total", "Firings of rules, by severity.")),
      commands_(registry.AddCounters("riposte_commands_total",
                                     "Proposed commands, by what became of them.")),
      decisions_(registry.AddCounters("riposte_guard_decisions_total", "Decisions of the guards.")),
      transactions_(
          registry.AddCounters("riposte_transactions_total", "Transactions, by outcome.")),
      rule_evaluations_(registry.AddCounters("riposte_rule_evaluations_total",
                                             "How often a rule's query was run.")),
      rule_matches_(
          registry.AddCounters("riposte_rule_matches_total", "Events that a rule matched.")),
      rule_cost_(
          registry.AddCounters("riposte_rule_cost_seconds_total",
                               "Time to run a rule's query, estimated from a few of the events.")),
      event_cost_(registry.AddCounters(
          "riposte_event_cost_seconds_total",
          "Time that belongs to no rule, by part, estimated from a few of the events.")),
      shuffle_received_(registry.AddCounters(
          "riposte_shuffle_received_total",
          "Records of the shuffle that were read, by why they were dropped, or none.")),
      proposals_(registry.AddCounters(
          "riposte_proposals_total",
          "Firings that are decided by the task that owns the asset, by what became of them.")),
      window_matches_(registry.AddCounters(
          "riposte_window_matches_total",
          "What matched for rules with windows, by what became of it in its group.")),
      rule_late_(registry.AddCounters("riposte_rule_late_total",
                                      "Matches that came too late for their rule's windows.")),
      rule_evicted_(registry.AddCounters(
          "riposte_rule_groups_evicted_total",
          "Groups of a rule that went at its bound although they could still have fired.")),
      lag_(registry.AddGauges("riposte_kafka_consumer_lag_messages",
                              "Records behind the end of a partition.")),
      rule_descriptions_(
          registry.AddGauges("riposte_rule_info", "Name of a live rule, by its id.")),
      rules_loaded_(registry.AddGauges("riposte_rules_loaded", "Rules of the live set, by state.")),
      ruleset_(registry.AddGauges("riposte_ruleset_info", "The live rule set's hash.")),
      instances_(registry.AddGauges(
          "riposte_ruleset_instances",
          "Live instances of the group, this one included, by whether their rule set is this "
          "one's.")),
      processing_(registry.AddHistogram("riposte_event_processing_seconds",
                                        "Time to decode and match an event.",
                                        pipeline::kDelayBounds)),
      detection_delay_(registry.AddHistogram("riposte_detection_delay_seconds",
                                             "Time from an event to the commit of its firing.",
                                             pipeline::kDelayBounds)),
      command_delay_(registry.AddHistogram(
          "riposte_command_delay_seconds",
          "Time from an event's arrival at the broker to its command's commit.",
          pipeline::kDelayBounds)),
      transaction_(registry.AddHistogram(
          "riposte_transaction_seconds",
          "Time that a committed transaction took, from its begin at the broker to its end.",
          pipeline::kDelayBounds)),
      reload_failures_(
          registry.AddCounter("riposte_rules_reload_failures_total",
                              "Rule sets that were refused; the one before stayed live.")),
      tasks_stopped_(registry.AddCounter("riposte_tasks_stopped_total",
                                         "Partitions whose work ended by an error or by fencing.")),
      committed_(transactions_.With({{"outcome", "committed"}})),
      aborted_(transactions_.With({{"outcome", "aborted"}})),
      undone_(registry.AddCounter(
          "riposte_open_batches_undone_total",
          "Batches that were begun behind a transaction that was then aborted.")),
      plain_events_(registry.AddCounter(
          "riposte_events_plainly_evaluated_total",
          "Events for which all rules were evaluated, as the index would have cost more.")),
      decode_cost_(event_cost_.With({{"part", "decode"}})),
      find_cost_(event_cost_.With({{"part", "find_rules"}})),
      window_summaries_(
          registry.AddCounter("riposte_window_summaries_total",
                              "Summaries of what joined firings until their cooldowns ended.")),
      window_firings_lost_(registry.AddCounter(
          "riposte_window_firings_lost_total",
          "Firings that could not be told to a rule that takes them: they lack its group.")),
      window_no_key_(window_matches_.With({{"fate", "no_key"}})),
      silenced_(registry.AddCounter("riposte_alerts_silenced_total",
                                    "Alerts that `suppress` of their rules kept silent.")),
      silenced_evicted_(registry.AddCounter(
          "riposte_suppress_keys_evicted_total",
          "Keys that went at their rule's bound while their alerts were to be silent.")),
      shuffle_sent_(
          registry.AddCounter("riposte_shuffle_sent_total",
                              "What was found for other tasks, which keep its windows or decide "
                              "about its assets.")),
      proposals_sent_(proposals_.With({{"fate", "sent"}})),
      proposals_taken_(proposals_.With({{"fate", "taken"}})),
      proposals_too_large_(proposals_.With({{"fate", "too_large"}})),
      senders_refused_(
          registry.AddCounter("riposte_shuffle_senders_refused_total",
                              "Times that a task told how far it is and could not be waited for.")),
      stores_wiped_(registry.AddCounter(
          "riposte_state_stores_wiped_total",
          "Stores that were of no use at a start and were read from the changelog anew.")),
      store_failures_(registry.AddCounter(
          "riposte_state_store_failures_total",
          "Times that a store stopped to follow what is committed; a start then takes longer.")),
      groups_refused_(registry.AddCounter("riposte_state_groups_refused_total",
                                          "Groups, and keys of `suppress`, that a start found and "
                                          "could not go on with.")),
      last_reload_(registry.AddGauge("riposte_rules_last_reload_success_timestamp_seconds",
                                     "When the live rule set was loaded, since the unix epoch.")),
      last_good_(registry.AddGauge(
          "riposte_rules_last_good",
          "1 while the last good rule set is live because the folder's is broken.")),
      enforcement_(registry.AddGauge(
          "riposte_enforcement_enabled",
          "1 if neither configuration, kill file nor control record stop enforcement.")),
      instances_same_(instances_.With({{"set", "same"}})),
      instances_different_(instances_.With({{"set", "different"}})),
      announcements_ignored_(registry.AddGauge(
          "riposte_ruleset_records_ignored",
          "Control records of instances that cannot be read, or are beyond the bound.")) {
  registry.AddGauges("riposte_build_info", "Version and revision of this build.")
      .With({{"version", std::string(kVersion)}, {"revision", std::string(kRevision)}})
      .Set(1);
  for (const std::string_view result : kResults) {
    processed_by_result_.push_back(processed_.With({{"result", std::string(result)}}));
  }
  // Created in full, so that a rate over them begins at 0 and not at the first mishap.
  for (size_t i = 0; i < kRejects; ++i) {
    const std::string name(event::RejectName(static_cast<event::Reject>(i)));
    rejects_by_reason_.push_back(IsDeadLetter(i) ? rejected_.With({{"reason", name}})
                                                 : metrics::Counter());
  }
  for (size_t i = 0; i < kOddities; ++i) {
    oddities_by_kind_.push_back(
        odd_.With({{"oddity", std::string(event::OddityName(static_cast<event::Oddity>(i)))}}));
  }
  for (size_t i = 0; i < kSeverities; ++i) {
    firings_by_severity_.push_back(firings_.With(
        {{"severity", std::string(rule::SeverityName(static_cast<rule::Severity>(i)))}}));
  }
  for (size_t i = 0; i < kShuffleRejects; ++i) {
    const auto reject = static_cast<pipeline::ShuffleReject>(i);
    shuffle_by_result_.push_back(
        shuffle_received_.With({{"dropped", std::string(pipeline::ShuffleRejectName(reject))}}));
  }
  for (size_t i = 0; i < kFates; ++i) {
    matches_by_fate_.push_back(window_matches_.With(
        {{"fate", std::string(trigger::FateName(static_cast<trigger::Fate>(i)))}}));
  }
}

void EngineMetrics::CountWindows(const pipeline::WindowCounts& counts) {
  constexpr auto kNoValue = static_cast<size_t>(trigger::Fate::kNoValue);
  for (size_t i = 0; i < kFates; ++i) matches_by_fate_[i].Add(static_cast<double>(counts.fates[i]));
  matches_by_fate_[kNoValue].Add(static_cast<double>(counts.no_value));
  window_no_key_.Add(static_cast<double>(counts.no_key));
  window_summaries_.Add(static_cast<double>(counts.summaries));
  window_firings_lost_.Add(static_cast<double>(counts.chained_lost));
}

void EngineMetrics::CountSilenced(const pipeline::SuppressCounts& counts) {
  silenced_.Add(static_cast<double>(counts.silenced));
  silenced_evicted_.Add(static_cast<double>(counts.evicted));
}

void EngineMetrics::CountShuffle(const pipeline::ShuffleCounts& counts) {
  shuffle_sent_.Add(static_cast<double>(counts.sent));
  senders_refused_.Add(static_cast<double>(counts.senders_refused));
  proposals_sent_.Add(static_cast<double>(counts.proposals_sent));
  proposals_taken_.Add(static_cast<double>(counts.proposals_taken));
  proposals_too_large_.Add(static_cast<double>(counts.proposals_too_large));
  for (size_t i = 0; i < kShuffleRejects; ++i)
    shuffle_by_result_[i].Add(static_cast<double>(counts.received[i]));
}

void EngineMetrics::Count(const metrics::CounterFamily& family,
                          std::map<LabelPair, metrics::Counter>& series,
                          std::string_view first_label, std::string_view first,
                          std::string_view second_label, std::string_view second, uint64_t count) {
  LabelPair labels{first, second};
  std::map<LabelPair, metrics::Counter>::iterator found = series.find(labels);
  if (found == series.end()) {
    const metrics::Counter counter = family.With(
        {{std::string(first_label), labels.first}, {std::string(second_label), labels.second}});
    found = series.emplace(std::move(labels), counter).first;
  }
  found->second.Add(static_cast<double>(count));
}

void EngineMetrics::CountSource(const pipeline::SourceCount& source) {
  const pipeline::PartitionId& partition = *source.partition;
  std::map<std::string, metrics::Counter, std::less<>>::iterator topic =
      topics_.find(partition.topic);
  if (topic == topics_.end()) {
    topic = topics_.emplace(partition.topic, consumed_.With({{"topic", partition.topic}})).first;
  }
  topic->second.Add(static_cast<double>(source.consumed));
  if (source.lag >= 0) {
    std::map<pipeline::PartitionId, metrics::Gauge>::iterator lag = lags_.find(partition);
    if (lag == lags_.end()) {
      const metrics::Gauge gauge = lag_.With(
          {{"topic", partition.topic}, {"partition", std::to_string(partition.partition)}});
      lag = lags_.emplace(partition, gauge).first;
    }
    lag->second.Set(static_cast<double>(source.lag));
  }
}

void EngineMetrics::OnCommit(const pipeline::Report& report) {
  const pipeline::Counts& counts = *report.counts;
  processing_.AddBuckets(counts.processing.buckets, counts.processing.sum_seconds);
  detection_delay_.AddBuckets(counts.detection_delay.buckets, counts.detection_delay.sum_seconds);
  command_delay_.AddBuckets(counts.command_delay.buckets, counts.command_delay.sum_seconds);
  transaction_.AddBuckets(counts.transaction.buckets, counts.transaction.sum_seconds);
  committed_.Add();
  const std::array<uint64_t, kResults.size()> results = {counts.matched, counts.unmatched,
                                                         counts.dead_lettered, counts.empty};
  for (size_t i = 0; i < results.size(); ++i)
    processed_by_result_[i].Add(static_cast<double>(results[i]));
  for (size_t i = 0; i < kRejects; ++i) {
    if (IsDeadLetter(i)) rejects_by_reason_[i].Add(static_cast<double>(counts.rejects[i]));
  }
  for (size_t i = 0; i < kOddities; ++i)
    oddities_by_kind_[i].Add(static_cast<double>(counts.oddities[i]));
  for (size_t i = 0; i < kSeverities; ++i)
    firings_by_severity_[i].Add(static_cast<double>(counts.firings[i]));

  plain_events_.Add(static_cast<double>(counts.plain_events));
  decode_cost_.Add(Seconds(counts.decode_ns));
  find_cost_.Add(Seconds(counts.find_ns));
  CountWindows(counts.windows);
  CountSilenced(counts.suppress);
  CountShuffle(counts.shuffle);

  const std::lock_guard lock(mutex_);
  for (const pipeline::SourceCount& source : report.sources) CountSource(source);
  for (const pipeline::CommandCount& command : report.commands) {
    Count(commands_, commands_by_outcome_, "action", command.action, "outcome", command.outcome,
          command.count);
  }
  for (const pipeline::DecisionCount& decision : report.decisions) {
    Count(decisions_, decisions_by_guard_, "guard", decision.guard, "decision", decision.decision,
          decision.count);
  }
  for (const pipeline::RuleCount& count : report.rules) {
    // A worker may still report on a rule that has just left the live set.
    const std::map<Uuid, RuleSeries>::iterator rule = rules_.find(count.rule->id);
    if (rule == rules_.end()) continue;
    rule->second.evaluations.Add(static_cast<double>(count.evaluations));
    rule->second.matches.Add(static_cast<double>(count.matches));
    rule->second.cost.Add(Seconds(count.cost_ns));
    rule->second.late.Add(static_cast<double>(count.late));
    rule->second.evicted.Add(static_cast<double>(count.evicted));
  }
}

void EngineMetrics::OnAbort(const pipeline::PartitionId& partition, bool open_behind) {
  aborted_.Add();
  if (open_behind) undone_.Add();
  static log::Limiter limiter;
  log::WriteLimited(limiter, log::Level::kWarn, "pipeline", "transaction-aborted",
                    "a transaction was aborted and is done again",
                    {{"topic", std::string_view(partition.topic)},
                     {"partition", int64_t{partition.partition}},
                     {"open_behind", open_behind}});
}

void EngineMetrics::OnTaskStopped(const pipeline::PartitionId& partition, const Status& reason) {
  tasks_stopped_.Add();
  log::Write(log::Level::kError, "pipeline", "task-stopped", reason.message(),
             {{"topic", std::string_view(partition.topic)},
              {"partition", int64_t{partition.partition}},
              {"reason", ErrorCodeName(reason.code())}});
}

void EngineMetrics::OnWindowsStart(const pipeline::WindowsStart& start) {
  if (!start.wiped.empty()) stores_wiped_.Add();
  groups_refused_.Add(static_cast<double>(start.refused + start.silenced_refused));
  const bool odd =
      !start.wiped.empty() || start.refused + start.assets_refused + start.silenced_refused > 0;
  log::Write(odd ? log::Level::kWarn : log::Level::kInfo, "pipeline", "windows-start",
             "a task goes on with its windows and orders",
             {{"task", int64_t{start.task}},
              {"replayed", start.replayed},
              {"groups", static_cast<int64_t>(start.restored)},
              {"refused", static_cast<int64_t>(start.refused)},
              {"ended_definitions", static_cast<int64_t>(start.ended)},
              {"assets", static_cast<int64_t>(start.assets)},
              {"assets_refused", static_cast<int64_t>(start.assets_refused)},
              {"silenced", static_cast<int64_t>(start.silenced)},
              {"silenced_refused", static_cast<int64_t>(start.silenced_refused)},
              {"wiped", std::string_view(start.wiped)}});
}

void EngineMetrics::OnWindowsAwaited(int32_t task, const Status& reason) {
  static log::Limiter limiter;
  log::WriteLimited(limiter, log::Level::kWarn, "pipeline", "windows-awaited", reason.message(),
                    {{"task", int64_t{task}}, {"reason", ErrorCodeName(reason.code())}});
}

void EngineMetrics::OnWindowsReload(const pipeline::WindowsReload& reload) {
  log::Write(log::Level::kInfo, "pipeline", "windows-reload",
             "the windows of rules that ask for the same go on under the new rule set",
             {{"task", int64_t{reload.task}},
              {"kept", static_cast<int64_t>(reload.kept)},
              {"begun", static_cast<int64_t>(reload.begun)},
              {"ended", static_cast<int64_t>(reload.ended)}});
}

void EngineMetrics::OnStoreLag(int32_t task, const Status& reason) {
  if (reason.ok()) {
    log::Write(log::Level::kInfo, "pipeline", "store-follows",
               "a store follows what is committed again", {{"task", int64_t{task}}});
    return;
  }
  store_failures_.Add();
  static log::Limiter limiter;
  log::WriteLimited(limiter, log::Level::kWarn, "pipeline", "store-lags", reason.message(),
                    {{"task", int64_t{task}}, {"reason", ErrorCodeName(reason.code())}});
}

void EngineMetrics::OnRevoked(const pipeline::PartitionId& partition) {
  const std::lock_guard lock(mutex_);
  const std::map<pipeline::PartitionId, metrics::Gauge>::iterator lag = lags_.find(partition);
  if (lag == lags_.end()) return;
  lag_.Remove(lag->second);
  lags_.erase(lag);
}

void EngineMetrics::AddRule(const rule::Rule& rule) {
  RuleSeries& series = rules_[rule.id];
  const metrics::Labels id = {{"rule", rule.id.ToString()}};
  const metrics::Labels description = {
      {"rule", rule.id.ToString()},
      {"name", rule.name},
      {"severity", std::string(rule::SeverityName(rule.severity))}};
  if (series.generation == 0) {
    series.evaluations = rule_evaluations_.With(id);
    series.matches = rule_matches_.With(id);
    series.cost = rule_cost_.With(id);
    series.late = rule_late_.With(id);
    series.evicted = rule_evicted_.With(id);
  } else {
    rule_descriptions_.Remove(series.description);
  }
  series.description = rule_descriptions_.With(description);
  series.description.Set(1);
  series.generation = generation_;
}

void EngineMetrics::OnRulesLive(const rule::RuleSet& rules, bool last_good, Time now) {
  const std::lock_guard lock(mutex_);
  ++generation_;
  size_t enabled = 0;
  for (const rule::Rule& rule : rules.rules) {
    if (!rule.enabled) continue;
    ++enabled;
    AddRule(rule);
  }
  for (std::map<Uuid, RuleSeries>::iterator it = rules_.begin(); it != rules_.end();) {
    if (it->second.generation == generation_) {
      ++it;
      continue;
    }
    rule_evaluations_.Remove(it->second.evaluations);
    rule_matches_.Remove(it->second.matches);
    rule_cost_.Remove(it->second.cost);
    rule_late_.Remove(it->second.late);
    rule_evicted_.Remove(it->second.evicted);
    rule_descriptions_.Remove(it->second.description);
    it = rules_.erase(it);
  }
  for (const metrics::Gauge gauge : ruleset_series_) ruleset_.Remove(gauge);
  ruleset_series_ = {ruleset_.With({{"sha256", rules.sha256}})};
  ruleset_series_.front().Set(1);
  rules_loaded_.With({{"state", "enabled"}}).Set(static_cast<double>(enabled));
  rules_loaded_.With({{"state", "disabled"}})
      .Set(static_cast<double>(rules.rules.size() - enabled));
  last_good_.Set(last_good ? 1 : 0);
  last_reload_.Set(static_cast<double>(ToMs(now)) / 1000);
}

void EngineMetrics::OnReloadFailed() { reload_failures_.Add(); }
void EngineMetrics::SetEnforcement(bool enabled) { enforcement_.Set(enabled ? 1 : 0); }

void EngineMetrics::SetAgreement(const Agreement& agreement) {
  instances_same_.Set(static_cast<double>(agreement.same));
  instances_different_.Set(static_cast<double>(agreement.different));
  announcements_ignored_.Set(static_cast<double>(agreement.ignored));
}

}  // namespace riposte::app
