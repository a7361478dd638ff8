#include "connectors/kafka/start_plan.h"

#include <algorithm>

#include <fmt/format.h>

namespace riposte::kafka {
namespace {

Result<TopicPlan> PlanFirstRun(const Options& options, const std::string& topic,
                               const std::vector<int32_t>& mine, const TopicState& state) {
  if (!options.start) {
    return Status(ErrorCode::kInvalidArgument,
                  fmt::format("group '{}' reads topic '{}' for the first time: say in the "
                              "configuration where it starts, `earliest` or `latest`",
                              options.group, topic));
  }
  TopicPlan plan;
  if (std::find(mine.begin(), mine.end(), 0) == mine.end()) {
    plan.kind = TopicPlan::Kind::kAwait;
    return plan;
  }
  plan.kind = TopicPlan::Kind::kPin;
  for (size_t i = 0; i < state.size(); ++i) {
    plan.pins.push_back(
        {.id = {.topic = topic, .partition = static_cast<int32_t>(i)},
         .offset = *options.start == StartAt::kEarliest ? state[i].low : state[i].high});
  }
  return plan;
}

Result<Start> PlanPartition(const Options& options, const pipeline::PartitionId& id,
                            const PartitionState& state) {
  if (state.committed < 0) return Start{.id = id, .offset = state.low};
  if (state.committed >= state.low && state.committed <= state.high) {
    return Start{.id = id, .offset = state.committed};
  }
  if (options.on_expired == OnExpired::kFail) {
    const bool early = state.committed < state.low;
    return Status(
        ErrorCode::kNotFound,
        fmt::format("{}/{}: the committed offset {} {} (the topic has {} to {}){}: choose in the "
                    "configuration whether to go on at the earliest or at the latest record",
                    id.topic, id.partition, state.committed,
                    early ? "has expired" : "is beyond the end", state.low, state.high,
                    early ? "" : ", was the topic made anew?"));
  }
  return Start{.id = id,
               .offset = options.on_expired == OnExpired::kEarliest ? state.low : state.high,
               .skipped_from = state.committed};
}

}  // namespace

Result<TopicPlan> PlanTopic(const Options& options, const std::string& topic,
                            const std::vector<int32_t>& mine, const TopicState& state) {
  const bool first_run = std::all_of(state.begin(), state.end(),
                                     [](const PartitionState& one) { return one.committed < 0; });
  if (first_run) return PlanFirstRun(options, topic, mine, state);
  TopicPlan plan;
  for (const int32_t partition : mine) {
    RIPOSTE_CHECK(partition >= 0 && static_cast<size_t>(partition) < state.size(),
                  "an assigned partition is one of the topic's");
    Result<Start> start = PlanPartition(options, {.topic = topic, .partition = partition},
                                        state[static_cast<size_t>(partition)]);
    if (!start.ok()) return start.status();
    plan.starts.push_back(std::move(start).value());
  }
  return plan;
}

}  // namespace riposte::kafka
