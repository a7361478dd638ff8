#include "connectors/kafka/assigner.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <numeric>
#include <thread>

#include <fmt/format.h>

#include "connectors/kafka/errors.h"
#include "connectors/kafka/input.h"
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

}  // namespace

Assigner::Assigner(const Options& options, const TaskContext& context, rd_kafka_t* consumer,
                   std::function<bool()> stopping)
    : options_(options), context_(context), consumer_(consumer), stopping_(std::move(stopping)) {}

Result<BuiltAssignment> Assigner::Build(const std::shared_ptr<Membership>& membership,
                                        const rd_kafka_topic_partition_list_t& partitions) {
  const std::vector<pipeline::PartitionId> ids = Ids(partitions);
  Result<Outboxes> outboxes = FenceAll(membership, ids);
  if (!outboxes.ok()) return outboxes.status();
  std::map<std::string, std::vector<int32_t>> by_topic;
  for (const pipeline::PartitionId& id : ids) by_topic[id.topic].push_back(id.partition);
  BuiltAssignment built;
  built.partitions = NewPartitionList(ids.size());
  for (const auto& [topic, mine] : by_topic) {
    const Result<std::vector<Start>> starts = Starts(topic, mine, *outboxes);
    if (!starts.ok()) return starts.status();
    const auto input =
        std::find_if(options_.inputs.begin(), options_.inputs.end(),
                     [&](const InputTopic& candidate) { return candidate.topic == topic; });
    RIPOSTE_CHECK(input != options_.inputs.end(), "the group assigns what was subscribed to");
    for (const Start& start : *starts) {
      NoteSkip(start);
      // Split off before the assignment: no record may reach the common queue.
      QueuePtr queue(rd_kafka_queue_get_partition(consumer_, topic.c_str(), start.id.partition));
      rd_kafka_queue_forward(queue.get(), nullptr);
      rd_kafka_topic_partition_list_add(built.partitions.get(), topic.c_str(), start.id.partition)
          ->offset = start.offset;
      pipeline::Assignment& task = built.tasks.emplace_back();
      task.outbox = std::move(outboxes->at(start.id));
      task.sources.push_back({.input = std::make_unique<KafkaInput>(
                                  membership, start.id, std::move(queue), start.offset,
                                  context_.queue_bytes_max, options_.log),
                              .start_offset = start.offset,
                              .profile = input->profile,
                              .skipped_from = start.skipped_from});
    }
  }
  return built;
}

Result<Assigner::Outboxes> Assigner::FenceAll(const std::shared_ptr<Membership>& membership,
                                              const std::vector<pipeline::PartitionId>& ids) {
  Outboxes outboxes;
  for (const pipeline::PartitionId& id : ids) {
    outboxes[id] = std::make_unique<KafkaOutbox>(
        context_, membership,
        fmt::format("{}.{}.{}-{}", options_.application, options_.group, id.topic, id.partition),
        id);
  }
  std::vector<Status> results(ids.size());
  std::atomic<size_t> next{0};
  const auto work = [&] {
    for (size_t i = next++; i < ids.size(); i = next++) {
      KafkaOutbox& outbox = *outboxes.at(ids[i]);
      const steady_clock::time_point deadline = steady_clock::now() + kFencePatience;
      do {
        results[i] = outbox.Fence(kFencePatience);
        // Somebody fenced us while we fenced them; the later one wins in the end.
      } while (results[i].code() == ErrorCode::kFenced && steady_clock::now() < deadline &&
               !stopping_());
    }
  };
  std::vector<std::thread> threads;
  for (size_t i = 0; i < std::min(kFencingThreads, ids.size()); ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  for (const Status& status : results) {
    if (!status.ok()) return status;
  }
  return outboxes;
}

Result<std::vector<Start>> Assigner::Starts(const std::string& topic,
                                            const std::vector<int32_t>& mine,
                                            const Outboxes& outboxes) {
  const steady_clock::time_point deadline = steady_clock::now() + kPlanPatience;
  int beyond_end = 0;
  while (!stopping_()) {
    const Result<TopicState> state = ReadState(topic, mine);
    if (!state.ok()) {
      if (IsPermanent(state.status()) || steady_clock::now() >= deadline) return state.status();
      std::this_thread::sleep_for(kPlanPause);
      continue;
    }
    Result<TopicPlan> plan = PlanTopic(options_, topic, mine, *state);
    if (!plan.ok()) {
      if (plan.status().code() != ErrorCode::kNotFound || ++beyond_end >= kBeyondEndTries) {
        return plan.status();
      }
      std::this_thread::sleep_for(kBeyondEndPause);
      continue;
    }
    if (plan->kind == TopicPlan::Kind::kGo) return std::move(plan->starts);
    if (plan->kind == TopicPlan::Kind::kPin) {
      RIPOSTE_TRY(Pin(plan->pins, outboxes));
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

Status Assigner::Pin(const std::vector<Start>& pins, const Outboxes& outboxes) {
  std::vector<pipeline::NextOffset> offsets;
  offsets.reserve(pins.size());
  for (const Start& pin : pins) offsets.push_back({.id = pin.id, .offset = pin.offset});
  const Result<pipeline::Committed> done = outboxes.at(pins[0].id)->Commit({}, offsets);
  // Aborted: the plan is made again from what the broker says then.
  return done.ok() ? Status::Ok() : done.status();
}

void Assigner::NoteSkip(const Start& start) const {
  if (start.skipped_from < 0 || !options_.log) return;
  options_.log(LogLevel::kWarning, "offset-expired",
               fmt::format("{}/{}: the committed offset {} is not in the topic, going on at {} as "
                           "configured",
                           start.id.topic, start.id.partition, start.skipped_from, start.offset));
}

}  // namespace riposte::kafka
