// What one open transaction holds until it is committed or abandoned: the outputs, and the counts
// that move only after the commit. Belongs to one task.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "engine/match/matcher.h"
#include "engine/pipeline/decide.h"
#include "engine/pipeline/observer.h"
#include "engine/pipeline/ports.h"
#include "engine/pipeline/records.h"

namespace riposte::pipeline {

class Transaction {
 public:
  bool empty() const { return counts_.consumed == 0; }
  bool has_command() const { return has_command_; }
  size_t output_bytes() const { return output_bytes_; }
  Time opened_at() const { return opened_at_; }  // of the first record
  int64_t next_offset() const { return last_offset_ + 1; }
  Counts& counts() { return counts_; }

  // A record was consumed; what it is is counted by the caller.
  void Consume(int64_t offset, Time now);
  void Put(OutRecord record);
  void CountMatch(uint32_t rule);
  void CountFiring(const remediate::Firing& firing);
  // Counts it, and puts the command of an ordered one.
  void AddAction(const Action& action);

  // The outputs and, behind them, the record of the counts. `rules` are what the matches were
  // counted by, `costs` what matching took.
  const std::vector<OutRecord>& Seal(const PartitionId& partition, rule::RuleSetPtr rules,
                                     const match::Costs& costs, Time now);
  // Tells what was sealed and committed at `now`.
  void Tell(const PartitionId& partition, int64_t lag, Time now, Observer& observer);
  // Back to an empty one.
  void Clear();

 private:
  std::vector<OutRecord> outputs_;
  size_t output_bytes_ = 0;
  bool has_command_ = false;
  Time opened_at_{};
  int64_t first_offset_ = 0, last_offset_ = -1;
  Counts counts_;
  std::vector<uint64_t> matches_;  // by rule index
  rule::RuleSetPtr rules_;         // from here on to costs_: once it is sealed
  match::Costs costs_;
  std::vector<CommandCount> commands_;
  std::vector<DecisionCount> decisions_;
  std::vector<Time> firing_times_;   // event times, for the delays
  std::vector<Time> command_times_;  // append times
};

}  // namespace riposte::pipeline
