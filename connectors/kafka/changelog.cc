#include "connectors/kafka/changelog.h"

#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "connectors/kafka/errors.h"

namespace riposte::kafka {
namespace {

using std::chrono::steady_clock;

constexpr int kPollMs = 100;
constexpr int kAskTimeoutMs = 2000;

// Reads while it lives.
class Consumption {
 public:
  Consumption(rd_kafka_topic_t* topic, int32_t partition, int64_t from)
      : topic_(topic), partition_(partition) {
    if (rd_kafka_consume_start(topic, partition, from) != 0) error_ = rd_kafka_last_error();
  }
  ~Consumption() {
    if (error_ == RD_KAFKA_RESP_ERR_NO_ERROR) rd_kafka_consume_stop(topic_, partition_);
  }
  Consumption(const Consumption&) = delete;
  Consumption& operator=(const Consumption&) = delete;
  rd_kafka_resp_err_t error() const { return error_; }
  MessagePtr Next() const { return MessagePtr(rd_kafka_consume(topic_, partition_, kPollMs)); }

 private:
  rd_kafka_topic_t* topic_;
  int32_t partition_;
  rd_kafka_resp_err_t error_ = RD_KAFKA_RESP_ERR_NO_ERROR;
};

std::string_view KeyOf(const rd_kafka_message_t& message) {
  return {static_cast<const char*>(message.key), message.key_len};
}

std::optional<std::string_view> ValueOf(const rd_kafka_message_t& message) {
  if (message.payload == nullptr) return std::nullopt;
  return std::string_view(static_cast<const char*>(message.payload), message.len);
}

}  // namespace

KafkaChangelog::KafkaChangelog(const Settings& settings, Options options)
    : settings_(settings), options_(std::move(options)) {}

KafkaChangelog::~KafkaChangelog() = default;

Status KafkaChangelog::Connect() {
  if (client_) return Status::Ok();
  Result<std::unique_ptr<Client>> made =
      Client::Create(settings_, Role::kChangelogReader, {}, options_.log, {});
  if (!made.ok()) return made.status();
  client_ = std::move(made).value();
  topic_.reset(rd_kafka_topic_new(client_->get(), options_.topic.c_str(), nullptr));
  return Status::Ok();
}

Result<state::Changelog::Extent> KafkaChangelog::Measure() {
  RIPOSTE_TRY(Connect());
  const steady_clock::time_point deadline = steady_clock::now() + options_.patience;
  Extent extent{.first = 0, .end = 0, .delete_retention = options_.delete_retention};
  for (;;) {
    // The last stable offset. Who wrote here is fenced, so its last transaction has ended in every
    // partition, also one that was decided a moment before.
    const rd_kafka_resp_err_t error =
        rd_kafka_query_watermark_offsets(client_->get(), options_.topic.c_str(), options_.partition,
                                         &extent.first, &extent.end, kAskTimeoutMs);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return extent;
    const Status status = ToStatus(error, fmt::format("{}-{} cannot be asked for its extent",
                                                      options_.topic, options_.partition));
    if (IsPermanent(status)) return status;
    if (const std::string_view refusal = client_->Refusal(); !refusal.empty())
      return Status(ErrorCode::kPermission, fmt::format("{}: {}", status.message(), refusal));
    if (steady_clock::now() >= deadline) return status;
  }
}

// Its last records may be markers, or those of aborted transactions: then it is the end of the
// partition that is told, and no record at `end - 1`.
Status KafkaChangelog::Read(int64_t from, int64_t end, const Each& each) {
  if (from >= end) return Status::Ok();
  RIPOSTE_TRY(Connect());
  const Consumption consumption(topic_.get(), options_.partition, from);
  const std::string what = fmt::format("{}-{} cannot be read", options_.topic, options_.partition);
  if (consumption.error() != RD_KAFKA_RESP_ERR_NO_ERROR) return ToStatus(consumption.error(), what);
  steady_clock::time_point deadline = steady_clock::now() + options_.patience;
  for (;;) {
    rd_kafka_poll(client_->get(), 0);
    const MessagePtr message = consumption.Next();
    if (!message) {
      if (steady_clock::now() >= deadline) return Silence();
      continue;
    }
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) return Status::Ok();
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      Status status = ToStatus(message->err, what);
      // Brokers that are away come back; until then nothing is said but that they are.
      if (IsPermanent(status) || steady_clock::now() >= deadline) return status;
      continue;
    }
    if (message->offset >= end) return Status::Ok();
    RIPOSTE_TRY(each(message->offset, KeyOf(*message), ValueOf(*message)));
    if (message->offset + 1 >= end) return Status::Ok();
    deadline = steady_clock::now() + options_.patience;
  }
}

Status KafkaChangelog::Silence() const {
  return {ErrorCode::kTimeout,
          fmt::format("{}-{} could not be read: no broker has answered for {}", options_.topic,
                      options_.partition, FormatDuration(options_.patience))};
}

}  // namespace riposte::kafka
