// What the group of a run reads, and the tasks that it makes of it. Decides as
// connectors/kafka/task_plan.cc does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulation/kafka_model.h"
#include "tests/simulation/random.h"

namespace riposte::sim {

struct Layout {
  std::vector<PartitionId> inputs;  // topic by topic, each from partition 0 on
  int32_t state_tasks = 0;          // 0: nobody keeps windows
  // The records of an asset are in the partition that their key says, its own id. Else they are
  // where nobody owns it but by chance. All of one asset are in one partition, so that what comes
  // of them depends on no race.
  bool is_keyed = true;
};
Layout DrawLayout(Random& random, bool state);

PartitionId ShuffleOf(int32_t state_task);
bool IsShuffle(const PartitionId& id);
// Of all partitions that the group reads.
std::vector<PartitionId> ReadPartitions(const Layout& layout);
int32_t PartitionCount(const Layout& layout, std::string_view topic);

struct PlannedTask {
  std::string transactional_id;
  std::vector<std::string> former_ids;  // fenced as well
  std::vector<PartitionId> sources;     // one or more; the shuffle's is the last
  std::optional<int32_t> number;        // of a state task
};
std::vector<PlannedTask> PlanTasks(const Layout& layout, const std::vector<PartitionId>& assigned);

}  // namespace riposte::sim
