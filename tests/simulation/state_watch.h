// Whether the stores of state tasks kept to the changelog (I6):
//   - none ever had what was not committed;
//   - at the end each one that a task would go on from is, with what it lacks, what the changelog
//     says.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulation/disk.h"
#include "tests/simulation/kafka_model.h"
#include "tests/simulation/violation.h"

namespace riposte::sim {

class StateWatch {
 public:
  void OnApplied(std::string_view store, const state::Change& change);
  // `transaction` has committed.
  void OnCommitted(const CommittedTransaction& transaction);
  // All is quiet and no process runs.
  void Check(KafkaModel& kafka, int32_t state_tasks, const std::vector<const Disk*>& disks,
             Time now, Violations& violations) const;

 private:
  std::set<std::string> applied_, committed_;
};

}  // namespace riposte::sim
