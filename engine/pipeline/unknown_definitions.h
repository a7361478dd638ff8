// What to do with a record of the shuffle whose definition is not known here, as while a new rule
// set goes round: the task waits for a reload that brings it, which is not to read on from the
// shuffle, for a bounded time; then it gives the definition up, and does not wait for it again.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <utility>

#include "base/time.h"
#include "base/uuid.h"
#include "engine/pipeline/shuffle_record.h"

namespace riposte::pipeline {

// Of one partition of the shuffle, whose records come in order. One thread. `now` is wall time.
class UnknownDefinitions {
 public:
  static constexpr Duration kWait = std::chrono::seconds(30);
  // So many are given up; others beyond are not waited for until a reload, so that no more than so
  // many waits are spent on what nobody ever brings.
  static constexpr size_t kGivenUpMax = 64;

  explicit UnknownDefinitions(Duration wait = kWait) : wait_(wait) {}

  enum class Verdict : uint8_t {
    kWait,    // ask again about the same record: at until(), or after a reload
    kGiveUp,  // drop the record; it is counted
  };
  // `reject`: kUnknownRule or kUnknownDefinition, which is why.
  Verdict Judge(const ShuffleRecord& record, ShuffleReject reject, Time now);
  Time until() const { return until_; }  // of a wait

  // The record that was held turned out to be known.
  void EndWait() { waits_ = false; }
  // Other rules are there. A wait goes on: a record is held so long and no longer, whatever reloads
  // do not bring it.
  void OnReload() { given_up_.clear(); }

  // Records given up since the start, by reason: those of Judge only are ever counted.
  uint64_t given_up(ShuffleReject reject) const { return counts_[static_cast<size_t>(reject)]; }

 private:
  using Definition = std::pair<Uuid, std::string>;

  bool IsLost(const Definition& definition, Time now);
  void Begin(const Definition& definition, Time now);

  const Duration wait_;
  bool waits_ = false;
  Definition awaited_;  // if it waits, as is until_
  Time until_{};
  std::set<Definition> given_up_;
  std::array<uint64_t, static_cast<size_t>(ShuffleReject::kCount)> counts_{};
};

}  // namespace riposte::pipeline
