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
