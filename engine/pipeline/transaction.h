// What one open transaction holds until it is committed or abandoned: the outputs, and the counts
// that move only after the commit. Belongs to one task.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "engine/match/matcher.h"
#include "engine/pipeline/decide.h"
#include "engine/pipeline/observer.h"
#include "engine/pipeline/ports.h"
#include "engine/pipeline/records.h"

namespace riposte::pipeline {

// What becomes of a record.
enum class Fate : uint8_t { kMatched, kUnmatched, kDeadLettered, kEmpty };

class Transaction {
 public:
  bool empty() const { return !begun_; }
  bool has_command() const { return has_command_; }
  // It is not to wait: there is a command in it, or what another task may order by.
  bool hurries() const { return has_command_ || hurries_; }
  size_t output_bytes() const { return output_bytes_; }
  Time opened_at() const { return opened_at_; }
  // Behind the last record of the task's source of that number; empty: none was consumed.
  std::optional<int64_t> NextOffset(size_t source) const;
  // All but the sums of records are the caller's to count.
  Counts& counts() { return counts_; }

  // There is something to commit, with or without records.
  void Begin(Time now);
  // Begins, too: a record of that source was consumed; what becomes of it is said next.
  void Consume(size_t source, int64_t offset, Time now);
  void Count(Fate fate);
  // A record of the shuffle, which is no event, was worked on.
  void Pass(size_t source, int64_t offset, Time now);
  void Put(OutRecord record);
  void CountMatch(uint32_t rule);
  void CountFiring(const remediate::Firing& firing);
  void CountLate(uint32_t rule, uint64_t count) { At(late_, rule) += count; }
  void CountEvicted(uint32_t rule) { ++At(evicted_, rule); }
  void Hurry() { hurries_ = true; }
  // Counts it, and puts the command of an ordered one.
  void AddAction(const Action& action);

  // The outputs and, behind them, a record of the counts for each source that has some. `rules` are
  // what the matches were counted by, `costs` what matching took.
  const std::vector<OutRecord>& Seal(std::span<const PartitionId> partitions,
                                     rule::RuleSetPtr rules, match::Costs costs, Time now);
  // Tells what was sealed and committed at `now`. `sources`: with their lags, which are told, too.
  void Tell(std::span<SourceCount> sources, Time now, Observer& observer);
  // Back to an empty one.
  void Clear();

 private:
  static uint64_t& At(std::vector<uint64_t>& by_rule, uint32_t rule);

  bool begun_ = false;
  std::vector<OutRecord> outputs_;
  size_t output_bytes_ = 0;
  bool has_command_ = false;
  bool hurries_ = false;
  Time opened_at_{};
  std::vector<TransactionCounts> sources_;            // by number
  std::vector<std::optional<int64_t>> next_offsets_;  // likewise
  size_t at_ = 0;                                     // the source of the record at hand
  Counts counts_;
  std::vector<uint64_t> matches_, late_, evicted_;  // by rule index
  rule::RuleSetPtr rules_;                          // from here on to costs_: once it is sealed
  match::Costs costs_;
  std::vector<CommandCount> commands_;
  std::vector<DecisionCount> decisions_;
  std::vector<Time> firing_times_;   // event times, for the delays
  std::vector<Time> command_times_;  // append times
};

}  // namespace riposte::pipeline
