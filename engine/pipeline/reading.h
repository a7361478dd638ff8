// An input partition of a task, and how far the task is in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/match/matcher.h"
#include "engine/pipeline/live_rules.h"
#include "engine/pipeline/poison.h"
#include "engine/pipeline/ports.h"

namespace riposte::pipeline {

// Belongs to its task.
struct Reading {
  // `number`: of the task's sources; `input`: of its inputs, unless it is the shuffle. `crashes`
  // outlives it; null: no record is poison.
  Reading(size_t number, size_t input, Source source, CrashHistory* crashes);

  // kInvalidArgument: they are not compiled for its profile.
  Status UseRules(const LiveRules& live);
  // A client library has been seen to hand out records twice around a rebalance.
  bool IsNew(const Record& record);
  // Adds what matching took since the last call.
  void TakeCosts(match::Costs& sum);
  // Everything before `next` is committed.
  void OnCommitted(int64_t next);
  // To where the last commit was: what was read since then is done again.
  Status GoBack();
  // A record that was polled has to wait until then: it and those behind it are polled again.
  Status Hold(const Record& record, Time until);
  // It has records that were not read yet, or it is not known whether it has.
  bool MayHaveMore() const { return !ended && input->Lag() != 0; }
  bool holds(Time now) const { return held_until && now < *held_until; }

  const size_t number, input_number;
  const bool is_shuffle;  // then it has no matcher and no scratch
  std::unique_ptr<Input> input;
  const PartitionId partition;
  const std::string profile;
  int64_t gap_from;   // first of the records that were gone, until the audit has it; -1: none
  int64_t committed;  // the next offset as of the last commit
  int64_t last_seen;  // of this assignment; nothing at or below it is new
  Poison poison;
  const match::Matcher* matcher = nullptr;
  std::optional<match::Matcher::Scratch> scratch;
  std::vector<Record> batch;
  bool ended = false;
  bool backlog = false;
  std::optional<Time> held_until;
};

}  // namespace riposte::pipeline
