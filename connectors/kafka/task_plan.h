// Which tasks the partitions that the group gave to this member make, and what each is fenced by.
//
// With state tasks, state task p reads partition p of the shuffle and of each input that has as
// many partitions as there are state tasks; every other input partition is a task of its own. So an
// input partition may change between the two, and with it the transactional.id under which its
// offsets are committed: when the input is given more partitions, or state tasks are switched on or
// off. What a former owner of the partition has under the other id is kept out by this:
//   - A transaction that has not sent its offsets yet: the group refuses them, for they come with
//     the membership of an earlier generation.
//   - One that has sent them: the committed offsets are read as stable ones only, which waits until
//     it is committed or aborted. A state task ends it at once, for it fences the ids of its inputs
//     as tasks of their own, too (`former_ids`). The other way round that would be wrong: a state
//     task of that number goes on elsewhere. Whoever takes that over fences it; else the
//     transaction's timeout ends it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "connectors/kafka/options.h"
#include "engine/pipeline/ports.h"

namespace riposte::kafka {

struct PlannedTask {
  std::string transactional_id;
  std::vector<std::string> former_ids;         // fenced as well
  std::vector<pipeline::PartitionId> sources;  // one or more; the shuffle's is the last
  std::optional<int32_t> number;               // of a state task
};

// The state tasks by number, then the others in the order of `assigned`. `counts` has the
// partitions of each input topic in `assigned`; not looked at where no partition of the shuffle is.
std::vector<PlannedTask> PlanTasks(const Options& options,
                                   const std::vector<pipeline::PartitionId>& assigned,
                                   const std::map<std::string, int32_t>& counts);

// The name of a state task's store: its transactional.id, made good as the name of a folder. What
// differs there differs here.
std::string StoreName(const Options& options, int32_t number);

}  // namespace riposte::kafka
