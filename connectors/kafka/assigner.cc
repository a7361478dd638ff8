#include "connectors/kafka/assigner.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <numeric>
#include <set>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "connectors/kafka/changelog.h"
#include "connectors/kafka/errors.h"
#include "connectors/kafka/flushing_outbox.h"
#include "connectors/kafka/input.h"
#include "connectors/kafka/outbox.h"
#include "connectors/kafka/topics.h"

namespace riposte::kafka {
namespace {

using std::chrono::steady_clock;

constexpr int kAnswerTimeoutMs = 5000;
constexpr size_t kFencingThreads = 16;
constexpr Duration kFencePatience{20000};
constexpr Duration kPlanPatience{30000};
constexpr Duration kPlanPause{100};
// A leader that has just taken over may not know the end of its log yet.
constexpr int kBeyondEndTries = 4;
constexpr Duration kBeyondEndPause{500};

std::vector<pipeline::PartitionId> Ids(const rd_kafka_topic_partition_list_t& partitions) {
  std::vector<pipeline::PartitionId> ids;
  ids.reserve(static_cast<size_t>(partitions.cnt));
  for (int i = 0; i < partitions.cnt; ++i) {
    ids.push_back({.topic = partitions.elems[i].topic, .partition = partitions.elems[i].partition});
  }
  return ids;
}

// What is lost of the shuffle is lost either way: nobody can choose better than to go on with the
// rest.
Options OptionsOfShuffle(const Options& options) {
  Options of_shuffle = options;
  of_shuffle.start = StartAt::kEarliest;
  of_shuffle.on_expired = OnExpired::kEarliest;
  return of_shuffle;
}

bool IsBeyondEnd(const TopicState& state, const std::vector<int32_t>& mine) {
  return std::ranges::any_of(mine, [&](int32_t partition) {
    const PartitionState& one = state[static_cast<size_t>(partition)];
    return one.committed > one.high;
  });
}

}  // namespace

Assigner::Assigner(const Options& options, const TaskContext& context, rd_kafka_t* consumer,
                   std::function<bool()> stopping)
    : options_(options),
      shuffle_options_(OptionsOfShuffle(options)),
      shuffle_(ShuffleTopic(options)),
      context_(context),
      consumer_(consumer),
      stopping_(std::move(stopping)) {}

Result<BuiltAssignment> Assigner::Build(const std::shared_ptr<Membership>& membership,
                                        const rd_kafka_topic_partition_list_t& partitions) {
  const std::vector<pipeline::PartitionId> ids = Ids(partitions);
  const Result<std::map<std::string, int32_t>> counts = InputCounts(ids);
  if (!counts.ok()) return counts.status();
  Result<std::vector<Task>> tasks = FenceAll(membership, PlanTasks(options_, ids, *counts));
  if (!tasks.ok()) return tasks.status();
  const Result<StartOf> starts = AllStarts(ids, *tasks);
  if (!starts.ok()) return starts.status();
  BuiltAssignment built;
  built.partitions = NewPartitionList(ids.size());
  for (Task& task : *tasks) {
    built.tasks.push_back(Assemble(membership, std::move(task), *starts, *built.partitions));
  }
  return built;
}

Result<std::map<std::string, int32_t>> Assigner::InputCounts(
    const std::vector<pipeline::PartitionId>& ids) {
  std::set<std::string> inputs;
  if (options_.state_tasks) {
    for (const pipeline::PartitionId& id : ids) {
      if (!IsShuffle(id.topic)) inputs.insert(id.topic);
    }
  }
  return PartitionCounts(consumer_, inputs, kAnswerTimeoutMs);
}

Result<std::vector<Assigner::Task>> Assigner::FenceAll(
    const std::shared_ptr<Membership>& membership, std::vector<PlannedTask> plans) {
  std::vector<Task> tasks;
  std::vector<std::unique_ptr<TaskOutbox>> formers;
  std::vector<TaskOutbox*> all;
  const auto make = [&](const std::string& transactional_id) {
    std::unique_ptr<TaskOutbox> outbox = MakeOutbox(membership, transactional_id);
    all.push_back(outbox.get());
    return outbox;
  };
  for (PlannedTask& plan : plans) {
    for (const std::string& id : plan.former_ids) formers.push_back(make(id));
    std::unique_ptr<TaskOutbox> outbox = make(plan.transactional_id);
    tasks.push_back({.plan = std::move(plan), .outbox = std::move(outbox)});
  }
  std::vector<Status> results(all.size());
  std::atomic<size_t> next{0};
  const auto work = [&] {
    for (size_t i = next++; i < all.size(); i = next++) results[i] = Fence(*all[i]);
  };
  std::vector<std::thread> threads;
  for (size_t i = 0; i < std::min(kFencingThreads, all.size()); ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  for (const Status& status : results) {
    if (!status.ok()) return status;
  }
  return tasks;
}

std::unique_ptr<TaskOutbox> Assigner::MakeOutbox(const std::shared_ptr<Membership>& membership,
                                                 const std::string& id) const {
  if (options_.delivery == DeliveryMode::kAtLeastOnce) {
    return std::make_unique<FlushingOutbox>(context_, membership, id);
  }
  return std::make_unique<KafkaOutbox>(context_, membership, id);
}

Status Assigner::Fence(TaskOutbox& outbox) const {
  const steady_clock::time_point deadline = steady_clock::now() + kFencePatience;
  for (;;) {
    Status status = outbox.Fence(kFencePatience);
    // Somebody fenced us while we fenced them; the later one wins in the end.
    const bool again = status.code() == ErrorCode::kFenced && steady_clock::now() < deadline;
    if (!again || stopping_()) return status;
  }
}

Result<Assigner::StartOf> Assigner::AllStarts(const std::vector<pipeline::PartitionId>& ids,
                                              const std::vector<Task>& tasks) {
  std::map<std::string, std::vector<int32_t>> by_topic;
  for (const pipeline::PartitionId& id : ids) by_topic[id.topic].push_back(id.partition);
  StartOf all;
  for (const auto& [topic, mine] : by_topic) {
    const Result<std::vector<Start>> starts = Starts(topic, mine, tasks);
    if (!starts.ok()) return starts.status();
    for (const Start& start : *starts) all[start.id] = start;
  }
  return all;
}

pipeline::Assignment Assigner::Assemble(const std::shared_ptr<Membership>& membership, Task task,
                                        const StartOf& starts,
                                        rd_kafka_topic_partition_list_t& partitions) const {
  pipeline::Assignment assignment;
  for (const pipeline::PartitionId& id : task.plan.sources) {
    const Start& start = starts.at(id);
    NoteSkip(start);
    assignment.sources.push_back(Open(membership, start));
    rd_kafka_topic_partition_list_add(&partitions, id.topic.c_str(), id.partition)->offset =
        start.offset;
  }
  assignment.outbox = std::move(task.outbox);
  if (options_.state_tasks) assignment.state_tasks = options_.partitions;
  if (task.plan.number) assignment.state = StateOf(*task.plan.number);
  return assignment;
}

pipeline::Source Assigner::Open(const std::shared_ptr<Membership>& membership,
                                const Start& start) const {
  // Split off before the assignment: no record may reach the common queue.
  QueuePtr queue(
      rd_kafka_queue_get_partition(consumer_, start.id.topic.c_str(), start.id.partition));
  rd_kafka_queue_forward(queue.get(), nullptr);
  pipeline::Source source{
      .input = std::make_unique<KafkaInput>(membership, start.id, std::move(queue), start.offset,
                                            context_.queue_bytes_max, options_.log),
      .start_offset = start.offset,
      .profile = {},
      .skipped_from = start.skipped_from,
      .is_shuffle = IsShuffle(start.id.topic)};
  if (source.is_shuffle) return source;
  const auto input = std::ranges::find(options_.inputs, start.id.topic, &InputTopic::topic);
  RIPOSTE_CHECK(input != options_.inputs.end(), "the group assigns what was subscribed to");
  source.profile = input->profile;
  return source;
}

pipeline::StateTask Assigner::StateOf(int32_t number) const {
  return {
      .number = number,
      .name = StoreName(options_, number),
      .changelog = std::make_unique<KafkaChangelog>(
          *context_.settings,
          KafkaChangelog::Options{.topic = NameOf(context_.topics, pipeline::OutTopic::kChangelog),
                                  .partition = number,
                                  .delete_retention = context_.changelog_delete_retention,
                                  .log = options_.log})};
}

Result<std::vector<Start>> Assigner::Starts(const std::string& topic,
                                            const std::vector<int32_t>& mine,
                                            const std::vector<Task>& tasks) {
  const Options& options = IsShuffle(topic) ? shuffle_options_ : options_;
  const steady_clock::time_point deadline = steady_clock::now() + kPlanPatience;
  int beyond_end = 0;
  while (!stopping_()) {
    const Result<TopicState> state = ReadState(topic, mine);
    if (!state.ok()) {
      if (IsPermanent(state.status()) || steady_clock::now() >= deadline) return state.status();
      std::this_thread::sleep_for(kPlanPause);
      continue;
    }
    if (IsBeyondEnd(*state, mine) && ++beyond_end < kBeyondEndTries) {
      std::this_thread::sleep_for(kBeyondEndPause);
      continue;
    }
    Result<TopicPlan> plan = PlanTopic(options, topic, mine, *state);
    if (!plan.ok()) return plan.status();
    if (plan->kind == TopicPlan::Kind::kGo) return std::move(plan->starts);
    if (plan->kind == TopicPlan::Kind::kPin) {
      RIPOSTE_TRY(Pin(plan->pins, tasks));
      continue;
    }
    if (steady_clock::now() >= deadline) {
      return Status(ErrorCode::kTimeout,
                    fmt::format("topic '{}': the member with partition 0 does not commit where the "
                                "group starts",
                                topic));
    }
    std::this_thread::sleep_for(kPlanPause);
  }
  return Status(ErrorCode::kCancelled, "stopping");
}

Result<TopicState> Assigner::ReadState(const std::string& topic, const std::vector<int32_t>& mine) {
  Result<std::map<std::string, int32_t>> counts =
      PartitionCounts(consumer_, {topic}, kAnswerTimeoutMs);
  if (!counts.ok()) return counts.status();
  const int32_t highest = *std::max_element(mine.begin(), mine.end());
  if (counts->at(topic) <= highest) {
    return Status(ErrorCode::kUnavailable,
                  fmt::format("the brokers do not agree on the partitions of topic '{}'", topic));
  }
  TopicState state(static_cast<size_t>(counts->at(topic)));
  const PartitionListPtr list = NewPartitionList(state.size());
  rd_kafka_topic_partition_list_add_range(list.get(), topic.c_str(), 0, counts->at(topic) - 1);
  const std::string what =
      fmt::format("group '{}': the committed offsets of topic '{}'", options_.group, topic);
  const rd_kafka_resp_err_t error = rd_kafka_committed(consumer_, list.get(), kAnswerTimeoutMs);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return ToStatus(error, what);
  bool any = false;
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& one = list->elems[i];
    if (one.err != RD_KAFKA_RESP_ERR_NO_ERROR) return ToStatus(one.err, what);
    if (one.offset >= 0) state[static_cast<size_t>(one.partition)].committed = one.offset;
    any |= one.offset >= 0;
  }
  std::vector<int32_t> bounds_of = mine;
  if (!any) {
    bounds_of.resize(state.size());
    std::iota(bounds_of.begin(), bounds_of.end(), 0);
  }
  for (const int32_t partition : bounds_of) {
    PartitionState& one = state[static_cast<size_t>(partition)];
    const rd_kafka_resp_err_t bounds = rd_kafka_query_watermark_offsets(
        consumer_, topic.c_str(), partition, &one.low, &one.high, kAnswerTimeoutMs);
    if (bounds != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return ToStatus(bounds, fmt::format("{}/{}: first and last offset", topic, partition));
    }
  }
  return state;
}

Status Assigner::Pin(const std::vector<Start>& pins, const std::vector<Task>& tasks) {
  std::vector<pipeline::NextOffset> offsets;
  offsets.reserve(pins.size());
  for (const Start& pin : pins) offsets.push_back({.id = pin.id, .offset = pin.offset});
  const auto owner = std::ranges::find_if(tasks, [&](const Task& task) {
    return std::ranges::find(task.plan.sources, pins[0].id) != task.plan.sources.end();
  });
  const Result<pipeline::Committed> done = owner->outbox->Commit({}, offsets);
  // Aborted: the plan is made again from what the broker says then.
  return done.ok() ? Status::Ok() : done.status();
}

void Assigner::NoteSkip(const Start& start) const {
  if (start.skipped_from < 0 || !options_.log) return;
  options_.log(LogLevel::kWarning, "offset-expired",
               fmt::format("{}/{}: the committed offset {} is not in the topic, going on at {}{}",
                           start.id.topic, start.id.partition, start.skipped_from, start.offset,
                           IsShuffle(start.id.topic) ? "" : " as configured"));
}

}  // namespace riposte::kafka
