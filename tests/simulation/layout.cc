#include "tests/simulation/layout.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "tests/simulation/outbox.h"

namespace riposte::sim {
namespace {

constexpr int64_t kPartitionsMax = 4;

std::string OwnId(const PartitionId& id) {
  return "riposte.sim." + id.topic + "-" + std::to_string(id.partition);
}

}  // namespace

Layout DrawLayout(Random& random, bool state) {
  Layout layout;
  const int64_t tasks = random.Between(1, kPartitionsMax);
  layout.state_tasks = state ? static_cast<int32_t>(tasks) : 0;
  layout.is_keyed = !state || random.Chance(500);
  for (const std::string_view topic : {"edr", "net"}) {
    if (topic == "net" && !random.Chance(300)) continue;
    const int64_t count = layout.is_keyed ? tasks : random.Between(1, kPartitionsMax);
    for (int32_t i = 0; i < static_cast<int32_t>(count); ++i)
      layout.inputs.push_back({.topic = std::string(topic), .partition = i});
  }
  return layout;
}

PartitionId ShuffleOf(int32_t state_task) {
  return OutPartition(
      {.topic = pipeline::OutTopic::kShuffle, .key = {}, .value = {}, .partition = state_task}, 1);
}

bool IsShuffle(const PartitionId& id) { return id.topic == ShuffleOf(0).topic; }

std::vector<PartitionId> ReadPartitions(const Layout& layout) {
  std::vector<PartitionId> all = layout.inputs;
  for (int32_t task = 0; task < layout.state_tasks; ++task) all.push_back(ShuffleOf(task));
  return all;
}

int32_t PartitionCount(const Layout& layout, std::string_view topic) {
  return static_cast<int32_t>(std::ranges::count(layout.inputs, topic, &PartitionId::topic));
}

std::vector<PlannedTask> PlanTasks(const Layout& layout, const std::vector<PartitionId>& assigned) {
  std::map<int32_t, PlannedTask> state_tasks;
  for (const PartitionId& id : assigned) {
    if (!IsShuffle(id)) continue;
    PlannedTask& task = state_tasks[id.partition];
    task.transactional_id = "riposte.sim-" + std::to_string(id.partition);
    task.number = id.partition;
  }
  std::vector<PlannedTask> others;
  for (const PartitionId& id : assigned) {
    if (IsShuffle(id)) continue;
    const auto owner = state_tasks.find(id.partition);
    if (owner != state_tasks.end() && PartitionCount(layout, id.topic) == layout.state_tasks) {
      owner->second.sources.push_back(id);
      owner->second.former_ids.push_back(OwnId(id));
    } else {
      others.push_back({.transactional_id = OwnId(id),
                        .former_ids = {},
                        .sources = {id},
                        .number = std::nullopt});
    }
  }
  std::vector<PlannedTask> tasks;
  for (auto& [number, task] : state_tasks) {
    task.sources.push_back(ShuffleOf(number));
    tasks.push_back(std::move(task));
  }
  std::move(others.begin(), others.end(), std::back_inserter(tasks));
  return tasks;
}

}  // namespace riposte::sim
