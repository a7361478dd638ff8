#include "connectors/kafka/task_outbox.h"

#include <array>

#include <fmt/format.h>

namespace riposte::kafka {
namespace {

// What a record's batch adds to key and value, generously.
constexpr size_t kBatchOverhead = 1024;
constexpr size_t kKeyBytesMax = 4096;

}  // namespace

size_t TaskOutbox::MaxValueBytes(pipeline::OutTopic) const {
  const size_t reserved = kBatchOverhead + kKeyBytesMax;
  const size_t most = context_.message_bytes_max;
  return most > 4 * reserved ? most - reserved : most / 4 * 3;
}

Status CheckSizes(const TaskContext& context, const pipeline::Outbox& outbox,
                  std::span<const pipeline::OutRecord> records) {
  for (const pipeline::OutRecord& record : records) {
    const size_t bytes = record.key.size() + record.value.size();
    if (bytes <= outbox.MaxValueBytes(record.topic) + kKeyBytesMax &&
        bytes + kBatchOverhead / 4 <= context.message_bytes_max) {
      continue;
    }
    return {ErrorCode::kInvalidArgument,
            fmt::format("a record of {} bytes for topic '{}' is above its limit of {}", bytes,
                        NameOf(context.topics, record.topic), context.message_bytes_max)};
  }
  return Status::Ok();
}

std::vector<TopicPtr> OpenTopics(const TaskContext& context, const Client& producer,
                                 int timeout_ms) {
  std::vector<TopicPtr> topics;
  for (const std::string& name : context.topics) {
    topics.emplace_back(rd_kafka_topic_new(producer.get(), name.c_str(), nullptr));
  }
  // Without it the first record of each topic waits up to a second for its leader.
  const struct rd_kafka_metadata* metadata = nullptr;
  if (rd_kafka_metadata(producer.get(), 0, nullptr, &metadata, timeout_ms) ==
      RD_KAFKA_RESP_ERR_NO_ERROR) {
    rd_kafka_metadata_destroy(metadata);
  }
  rd_kafka_poll(producer.get(), 0);
  return topics;
}

rd_kafka_resp_err_t Enqueue(const std::vector<TopicPtr>& topics, const pipeline::OutRecord& record,
                            void* opaque) {
  static_assert(pipeline::OutRecord::kByKey == RD_KAFKA_PARTITION_UA);
  // The library takes the bytes as they are; the copy lets a timed-out batch end without us. A
  // value that is not there deletes the key, an empty one does not.
  const int failed = rd_kafka_produce(
      topics[static_cast<size_t>(record.topic)].get(), record.partition, RD_KAFKA_MSG_F_COPY,
      record.deletes ? nullptr : const_cast<char*>(record.value.data()),
      record.deletes ? 0 : record.value.size(), record.key.empty() ? nullptr : record.key.data(),
      record.key.size(), opaque);
  return failed == 0 ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_last_error();
}

rd_kafka_resp_err_t FatalError(rd_kafka_t* producer) {
  std::array<char, 256> text{};
  return rd_kafka_fatal_error(producer, text.data(), text.size());
}

Status WhyHopeless(const GroupView& group, std::string_view name) {
  if (group.Lost()) {
    return {ErrorCode::kFenced,
            fmt::format("{}: the partition was lost to another instance", name)};
  }
  return {ErrorCode::kCancelled,
          fmt::format("{}: there was no time left to end the transaction", name)};
}

}  // namespace riposte::kafka
