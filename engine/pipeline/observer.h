// What the pipeline tells the outside about itself: metrics and logs. Called once a transaction,
// after it, never per event.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "engine/event/decode.h"
#include "engine/pipeline/ports.h"
#include "engine/pipeline/shuffle_record.h"
#include "engine/trigger/occurrence.h"
#include "rules/rule/rule.h"

namespace riposte::pipeline {

// A fixed set of buckets, cheap to add to. Upper bounds in seconds; one more bucket for what is
// above.
inline constexpr std::array<double, 14> kDelayBounds = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60, 600};
struct DelayHistogram {
  std::array<uint64_t, kDelayBounds.size() + 1> buckets{};
  double sum_seconds = 0;
  void Add(double seconds, uint64_t times = 1);
};

// What became of what matched for windows.
struct WindowCounts {
  std::array<uint64_t, static_cast<size_t>(trigger::Fate::kCount)> fates{};
  uint64_t no_key = 0, no_value = 0;  // parts of matches that came to nothing: trigger::LeftOut
  uint64_t chained_lost = 0;          // firings that could not be told to another rule
  uint64_t summaries = 0;
  bool operator==(const WindowCounts&) const = default;
};

// Of `suppress`.
struct SuppressCounts {
  uint64_t silenced = 0;  // alerts
  // Keys that went at their rule's bound while their span was open: the next alert is told.
  uint64_t evicted = 0;
  bool operator==(const SuppressCounts&) const = default;
};

// Records of the shuffle.
struct ShuffleCounts {
  uint64_t sent = 0;  // without ticks
  // By what became of them; ticks count as taken.
  std::array<uint64_t, static_cast<size_t>(ShuffleReject::kCount)> received{};
  uint64_t senders_refused = 0;  // beyond the bound: time does not wait for them
  // Firings that another task decides about, those that are told; and those that are too large.
  uint64_t proposals_sent = 0, proposals_taken = 0, proposals_too_large = 0;
  bool operator==(const ShuffleCounts&) const = default;
};

// Plain counters of one task since its last commit. One thread; reset after they were told.
struct Counts {
  // consumed = matched + unmatched + dead_lettered + empty, always.
  uint64_t consumed = 0, matched = 0, unmatched = 0, dead_lettered = 0, empty = 0;
  std::array<uint64_t, 5> firings{};  // by rule::Severity
  std::array<uint64_t, static_cast<size_t>(event::Reject::kCount)> rejects{};
  std::array<uint64_t, static_cast<size_t>(event::Oddity::kCount)> oddities{};
  uint64_t plain_events = 0;            // whose matching exceeded the index's limits
  uint64_t decode_ns = 0, find_ns = 0;  // estimated: decoding, and finding the rules to evaluate
  WindowCounts windows;
  SuppressCounts suppress;
  ShuffleCounts shuffle;
  DelayHistogram processing;       // per event: decode and match, batch time divided by its events
  DelayHistogram detection_delay;  // event time to commit, of the firings' events
  DelayHistogram command_delay;    // append time to commit, of the commands
  DelayHistogram transaction;      // one value: what the outbox took to commit it
};

struct RuleCount {
  const rule::Rule* rule = nullptr;
  uint64_t evaluations = 0, matches = 0;
  uint64_t cost_ns = 0;  // estimated: the evaluations
  // Of its windows: what was too late for its group, and groups that went at the rule's bound
  // although they could still have mattered.
  uint64_t late = 0, evicted = 0;
};
struct CommandCount {
  std::string_view action;   // remediate::ActionName
  std::string_view outcome;  // "ordered", "dry_run", "held", "denied", "refused"
  uint64_t count = 0;
};
struct DecisionCount {
  std::string_view guard, decision;  // guard::Decision::guard, guard::VerdictName
  uint64_t count = 0;
};

// Of an input partition.
struct SourceCount {
  const PartitionId* partition = nullptr;
  uint64_t consumed = 0;
  int64_t lag = -1;  // records behind the end; -1: not known
};

// All that one committed transaction adds. Views live for the call only.
struct Report {
  std::span<const SourceCount> sources;  // all of the task
  const Counts* counts = nullptr;
  std::span<const RuleCount> rules;
  std::span<const CommandCount> commands;
  std::span<const DecisionCount> decisions;
};

// How a state task began.
struct WindowsStart {
  int32_t task = 0;
  int64_t replayed = 0;         // records of the changelog
  std::string wiped{};          // why the store that was found was wiped; empty: it was not
  size_t restored = 0;          // groups
  size_t refused = 0;           // groups that are none of the rule's, or beyond its bound
  size_t ended = 0;             // definitions that no rule has any more: their states are deleted
  size_t assets = 0;            // on which something was ordered
  size_t assets_refused = 0;    // whose orders are unreadable, or beyond the bound
  size_t silenced = 0;          // keys of `suppress`
  size_t silenced_refused = 0;  // that are none of the rule's, or beyond its bound
};
// What a reload did to them: numbers of rules.
struct WindowsReload {
  int32_t task = 0;
  size_t kept = 0, begun = 0, ended = 0;
};

// Called on workers' threads, several at once.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void OnCommit(const Report& report) = 0;
  // A transaction was aborted. `open_behind`: the next one was begun, and goes with it. Here and
  // below, `partition` is the task's first.
  virtual void OnAbort(const PartitionId& partition, bool open_behind) = 0;
  // A task stopped for a reason other than a revocation: fenced, or the environment failed for
  // good.
  virtual void OnTaskStopped(const PartitionId& partition, const Status& reason) = 0;

  // Of state tasks, by their numbers. Who keeps no windows need not listen.
  virtual void OnWindowsStart(const WindowsStart& /*start*/) {}
  // They cannot be read yet, which is tried again.
  virtual void OnWindowsAwaited(int32_t /*task*/, const Status& /*reason*/) {}
  virtual void OnWindowsReload(const WindowsReload& /*reload*/) {}
  // The store does not follow what is committed, or, kOk, does again.
  virtual void OnStoreLag(int32_t /*task*/, const Status& /*reason*/) {}
};

}  // namespace riposte::pipeline
