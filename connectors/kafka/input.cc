#include "connectors/kafka/input.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "connectors/kafka/errors.h"

namespace riposte::kafka {
namespace {

constexpr int kSeekTimeoutMs = 10000;
constexpr int kDamagedMax = 10;

Time WallTime() { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }

}  // namespace

KafkaInput::KafkaInput(std::shared_ptr<Membership> membership, pipeline::PartitionId id,
                       QueuePtr queue, int64_t start_offset, size_t queue_bytes_max, Log log)
    : membership_(std::move(membership)),
      id_(std::move(id)),
      queue_(std::move(queue)),
      topic_(rd_kafka_topic_new(membership_->consumer(), id_.topic.c_str(), nullptr)),
      queue_bytes_max_(queue_bytes_max),
      log_(std::move(log)),
      next_offset_(start_offset) {
  membership_->CountIn();
}

KafkaInput::~KafkaInput() { membership_->CountOut(); }

Status KafkaInput::Poll(size_t max_records, size_t max_bytes, Duration wait,
                        std::vector<pipeline::Record>& records) {
  records.clear();
  messages_.clear();
  if (membership_->revoked()) return {ErrorCode::kCancelled, "the partition was revoked"};
  if (!failed_.ok()) return failed_;
  size_t bytes = 0;
  int timeout_ms = static_cast<int>(wait.count());
  Time now = WallTime();
  while (records.size() < max_records && bytes < max_bytes) {
    MessagePtr message(rd_kafka_consume_queue(queue_.get(), timeout_ms));
    if (!message) break;
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      OnEnd(message->offset);
      break;
    }
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      const std::string_view text(static_cast<const char*>(message->payload), message->len);
      // What was read before stays valid; a lasting error is told by the next call.
      Status status = OnError(message->err, text);
      if (records.empty() && !status.ok()) return status;
      break;
    }
    if (timeout_ms != 0) now = WallTime();
    timeout_ms = 0;
    bytes += message->len + message->key_len;
    Take(std::move(message), now, records);
  }
  WatchQueue(bytes, records.size());
  return Status::Ok();
}

void KafkaInput::WatchQueue(size_t bytes, size_t count) const {
  if (count == 0) return;
  const size_t queued = rd_kafka_queue_length(queue_.get());
  const bool low = queued * (bytes / count) < queue_bytes_max_ / 2;
  if (low && Lag() > static_cast<int64_t>(queued)) membership_->reports().queue_low(id_);
}

void KafkaInput::Take(MessagePtr message, Time now, std::vector<pipeline::Record>& records) {
  damaged_ = 0;
  // The library has handed out an offset twice before; gaps are normal (markers, compaction).
  if (message->offset < next_offset_) return;
  next_offset_ = message->offset + 1;
  pipeline::Record record;
  record.offset = message->offset;
  record.key = std::string_view(static_cast<const char*>(message->key), message->key_len);
  if (message->payload != nullptr) {
    record.value = std::string_view(static_cast<const char*>(message->payload), message->len);
  }
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const int64_t timestamp = rd_kafka_message_timestamp(message.get(), &type);
  record.append_time = type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME ? TimeFromMs(timestamp) : now;
  records.push_back(record);
  messages_.push_back(std::move(message));
}

// What lies before it and was not handed out are markers of transactions, which nobody waits for.
void KafkaInput::OnEnd(int64_t offset) { next_offset_ = std::max(next_offset_, offset); }

Status KafkaInput::OnError(rd_kafka_resp_err_t error, std::string_view text) {
  const std::string place = fmt::format("{}/{}", id_.topic, id_.partition);
  switch (error) {
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
      // Retention overtook the reader. A new assignment decides what becomes of it.
      failed_ = Status(ErrorCode::kNotFound,
                       fmt::format("{}: offset {} is no longer in the topic", place, next_offset_));
      membership_->reports().offset_expired(membership_->number(), id_);
      return failed_;
    case RD_KAFKA_RESP_ERR__BAD_MSG:
    case RD_KAFKA_RESP_ERR__BAD_COMPRESSION:
      // Damaged on the way or on disk: read it again, a few times.
      if (log_) {
        log_(LogLevel::kError, "record-damaged",
             fmt::format("{}: {} (reading again from offset {})", place, text, next_offset_));
      }
      if (++damaged_ < kDamagedMax) return Rewind(next_offset_);
      failed_ = Status(ErrorCode::kIo, fmt::format("{}: the records at offset {} stay damaged: {}",
                                                   place, next_offset_, text));
      membership_->ReportFailure(failed_);
      return failed_;
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      failed_ = ToStatus(error, fmt::format("topic '{}' may not be read", id_.topic));
      membership_->ReportFailure(failed_);
      return failed_;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      membership_->reports().topic_missing(id_);
      return Status::Ok();
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
      failed_ = Status(
          ErrorCode::kInvalidArgument,
          fmt::format("{}: the record at offset {} is larger than receive.message.max.bytes allows",
                      place, next_offset_));
      membership_->ReportFailure(failed_);
      return failed_;
    default:
      // A lost connection, a moved leader: the library goes on by itself.
      if (log_) log_(LogLevel::kWarning, "kafka-consume", fmt::format("{}: {}", place, text));
      return Status::Ok();
  }
}

Status KafkaInput::Rewind(int64_t offset) {
  messages_.clear();
  // Waits until the fetcher has moved: nothing read before reaches the queue afterwards.
  const rd_kafka_resp_err_t error =
      rd_kafka_seek(topic_.get(), id_.partition, offset, kSeekTimeoutMs);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return ToStatus(error, fmt::format("{}/{} cannot be read again from offset {}", id_.topic,
                                       id_.partition, offset));
  }
  next_offset_ = offset;
  return Status::Ok();
}

int64_t KafkaInput::Lag() const {
  int64_t low = 0;
  int64_t high = 0;
  const rd_kafka_resp_err_t error = rd_kafka_get_watermark_offsets(
      membership_->consumer(), id_.topic.c_str(), id_.partition, &low, &high);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR || high < 0) return -1;
  return std::max<int64_t>(0, high - next_offset_);
}

}  // namespace riposte::kafka
