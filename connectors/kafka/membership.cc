#include "connectors/kafka/membership.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "connectors/kafka/errors.h"

namespace riposte::kafka {
namespace {

int64_t SteadyMs(std::chrono::steady_clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

}  // namespace

Membership::Membership(uint64_t number, rd_kafka_t* consumer, Reports reports)
    : number_(number),
      consumer_(consumer),
      reports_(std::move(reports)),
      metadata_(rd_kafka_consumer_group_metadata(consumer)),
      give_up_at_ms_(std::numeric_limits<int64_t>::max()) {}

Result<Position> Membership::Committed(const pipeline::PartitionId& id, Duration timeout) {
  const PartitionListPtr list = NewPartitionList(1);
  rd_kafka_topic_partition_list_add(list.get(), id.topic.c_str(), id.partition);
  const rd_kafka_resp_err_t error =
      rd_kafka_committed(consumer_, list.get(), static_cast<int>(timeout.count()));
  const rd_kafka_topic_partition_t& found = list->elems[0];
  const std::string what =
      fmt::format("the committed offset of {}/{} cannot be read", id.topic, id.partition);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return ToStatus(error, what);
  if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR) return ToStatus(found.err, what);
  Position position;
  if (found.offset >= 0) position.offset = found.offset;
  if (found.metadata != nullptr) {
    position.metadata.assign(static_cast<const char*>(found.metadata), found.metadata_size);
  }
  return position;
}

// The library commits as the member that it is now. That is the one of this assignment: before the
// next one its Outboxes are gone.
rd_kafka_resp_err_t Membership::CommitOffsets(std::span<const pipeline::NextOffset> offsets,
                                              Duration timeout) {
  const PartitionListPtr list = NewPartitionList(offsets.size());
  for (const pipeline::NextOffset& next : offsets) {
    rd_kafka_topic_partition_list_add(list.get(), next.id.topic.c_str(), next.id.partition)
        ->offset = next.offset;
  }
  const QueuePtr answers(rd_kafka_queue_new(consumer_));
  const rd_kafka_resp_err_t sent =
      rd_kafka_commit_queue(consumer_, list.get(), answers.get(), nullptr, nullptr);
  if (sent != RD_KAFKA_RESP_ERR_NO_ERROR) return sent;
  const EventPtr answer(rd_kafka_queue_poll(answers.get(), static_cast<int>(timeout.count())));
  if (!answer) return RD_KAFKA_RESP_ERR__TIMED_OUT;
  if (const rd_kafka_resp_err_t error = rd_kafka_event_error(answer.get());
      error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return error;
  }
  const rd_kafka_topic_partition_list_t* each = rd_kafka_event_topic_partition_list(answer.get());
  for (int i = 0; each != nullptr && i < each->cnt; ++i) {
    if (each->elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR) return each->elems[i].err;
  }
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

bool Membership::Lost() const {
  return lost_.load(std::memory_order_acquire) || rd_kafka_assignment_lost(consumer_) != 0;
}

bool Membership::GivenUp() const {
  return SteadyMs(std::chrono::steady_clock::now()) >= give_up_at_ms_.load();
}

void Membership::Revoke(bool lost, std::chrono::steady_clock::time_point give_up_at) {
  LimitTo(give_up_at);
  if (lost) lost_.store(true, std::memory_order_release);
  revoked_.store(true, std::memory_order_release);
}

void Membership::LimitTo(std::chrono::steady_clock::time_point give_up_at) {
  int64_t current = give_up_at_ms_.load();
  const int64_t wanted = SteadyMs(give_up_at);
  while (wanted < current && !give_up_at_ms_.compare_exchange_weak(current, wanted)) {
  }
}

}  // namespace riposte::kafka
