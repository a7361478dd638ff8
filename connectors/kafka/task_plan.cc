#include "connectors/kafka/task_plan.h"

#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "connectors/kafka/topics.h"

namespace riposte::kafka {
namespace {

std::string OwnId(const Options& options, const pipeline::PartitionId& id) {
  return fmt::format("{}.{}.{}-{}", options.application, options.group, id.topic, id.partition);
}

std::string StateTaskId(const Options& options, int32_t number) {
  return fmt::format("{}.{}-{}", options.application, options.group, number);
}

}  // namespace

std::vector<PlannedTask> PlanTasks(const Options& options,
                                   const std::vector<pipeline::PartitionId>& assigned,
                                   const std::map<std::string, int32_t>& counts) {
  const std::string shuffle = ShuffleTopic(options);
  std::map<int32_t, PlannedTask> state_tasks;
  for (const pipeline::PartitionId& id : assigned) {
    if (id.topic != shuffle) continue;
    PlannedTask& task = state_tasks[id.partition];
    task.transactional_id = StateTaskId(options, id.partition);
    task.number = id.partition;
  }
  std::vector<PlannedTask> others;
  for (const pipeline::PartitionId& id : assigned) {
    if (id.topic == shuffle) continue;
    const auto owner = state_tasks.find(id.partition);
    if (owner != state_tasks.end() && counts.at(id.topic) == options.partitions) {
      owner->second.sources.push_back(id);
      owner->second.former_ids.push_back(OwnId(options, id));
    } else {
      others.push_back({.transactional_id = OwnId(options, id),
                        .former_ids = {},
                        .sources = {id},
                        .number = std::nullopt});
    }
  }
  std::vector<PlannedTask> tasks;
  for (auto& [number, task] : state_tasks) {
    task.sources.push_back({.topic = shuffle, .partition = number});
    tasks.push_back(std::move(task));
  }
  std::move(others.begin(), others.end(), std::back_inserter(tasks));
  return tasks;
}

std::string StoreName(const Options& options, int32_t number) {
  std::string name;
  for (const char c : StateTaskId(options, number)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.';
    name += plain ? std::string(1, c) : fmt::format("%{:02x}", static_cast<unsigned char>(c));
  }
  return name;
}

}  // namespace riposte::kafka
