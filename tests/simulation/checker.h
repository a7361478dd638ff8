// Whether a run kept the promise of delivery. The invariants are I1 to I10 of the reliability
// design (docs/reliability.md, "Simulation", says which of them wait for state and agents).
//
//   I1  what was ordered, alerted, decided and dead-lettered is what had to be, as sets
//   I2  no id twice but where its event came twice, no summary but of a firing, and once
//   I3  an asset's commands in the order of its events
//   I4  the audit's counts cover each record of each input partition once, and add up
//   I5  no committed offset goes back
//   I6  the stores of state tasks keep to the changelog (state_watch.h)
//   I8  no transaction hangs: once all is quiet, readers reach the end of every partition
//   I9  once the faults end, all input is worked on in bounded time
// and of each transaction, as it commits:
//   whole  its counts end where its offset stands: outputs and offset were not parted
//   zombie its counts do not begin before the offset that was committed until then: nobody did what
//          another owner had done
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulation/reference.h"
#include "tests/simulation/state_watch.h"

namespace riposte::sim {

// Watches transactions as they commit.
class CommitWatch final : public CommitListener {
 public:
  // Both are set before the first commit and outlive it.
  void Watch(KafkaModel& kafka, StateWatch* state) {
    kafka_ = &kafka;
    state_ = state;
  }
  void OnCommitted(const CommittedTransaction& transaction) override;
  const Violations& violations() const { return violations_; }

 private:
  void Fail(std::string_view invariant, std::string text);

  KafkaModel* kafka_ = nullptr;
  StateWatch* state_ = nullptr;
  Violations violations_;
};

// All of a run that has come to its end: I1 to I4, I8. `allowed_lateness` as Expect() has it.
// Returns what was expected.
Outputs CheckRun(KafkaModel& kafka, const std::vector<PartitionId>& inputs,
                 const rule::RuleSet& rules, std::optional<Duration> allowed_lateness,
                 Violations& violations);

}  // namespace riposte::sim
