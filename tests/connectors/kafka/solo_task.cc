#include "tests/connectors/kafka/solo_task.h"

#include <fmt/format.h>

namespace riposte::test {
namespace {

constexpr Duration kSilence{10000};

template <typename T>
T Must(Result<T> result) {
  RIPOSTE_CHECK(result.ok(), result.status().message());
  return std::move(result).value();
}

}  // namespace

SoloTask::SoloTask(kafka::Options options, size_t queue_kb)
    : options_(std::move(options)), settings_(Must(kafka::Settings::Make(options_))) {
  context_ = {.settings = &settings_,
              .topics = kafka::OutTopics(options_),
              .message_bytes_max = 1'048'588,
              .queue_bytes_max = queue_kb * 1024,
              .transaction_timeout = options_.transaction_timeout,
              .log = options_.log};
  kafka::PropertyMap limits;
  if (queue_kb > 0) limits["queued.max.messages.kbytes"] = std::to_string(queue_kb);
  consumer_ = Must(kafka::Client::Create(settings_, kafka::Role::kGroup, limits, options_.log, {}));
  rd_kafka_poll_set_consumer(consumer_->get());
  kafka::Membership::Reports reports;
  reports.fenced = [this](uint64_t) { Add("fenced"); };
  reports.offset_expired = [this](uint64_t, const pipeline::PartitionId&) { Add("expired"); };
  reports.topic_missing = [this](const pipeline::PartitionId&) { Add("missing"); };
  reports.queue_low = [this](const pipeline::PartitionId& id) {
    if (!low_) Add("low");
    low_ = true;
    if (waker_) waker_->RunsLow(id);
  };
  reports.failed = [this](const Status& status) { Add("failed: " + status.message()); };
  membership_ = std::make_shared<kafka::Membership>(1, consumer_->get(), std::move(reports));
}

std::unique_ptr<kafka::KafkaInput> SoloTask::Open(const pipeline::PartitionId& id, int64_t offset) {
  kafka::QueuePtr queue(
      rd_kafka_queue_get_partition(consumer_->get(), id.topic.c_str(), id.partition));
  rd_kafka_queue_forward(queue.get(), nullptr);
  const kafka::PartitionListPtr list = kafka::NewPartitionList(1);
  rd_kafka_topic_partition_list_add(list.get(), id.topic.c_str(), id.partition)->offset = offset;
  std::unique_ptr<kafka::KafkaInput> input = std::make_unique<kafka::KafkaInput>(
      membership_, id, std::move(queue), offset, context_.queue_bytes_max, options_.log);
  const rd_kafka_resp_err_t error = rd_kafka_assign(consumer_->get(), list.get());
  RIPOSTE_CHECK(error == RD_KAFKA_RESP_ERR_NO_ERROR, rd_kafka_err2str(error));
  return input;
}

std::unique_ptr<kafka::KafkaOutbox> SoloTask::MakeOutbox(const std::string& transactional_id) {
  return std::make_unique<kafka::KafkaOutbox>(context_, membership_, transactional_id);
}

std::unique_ptr<kafka::Client> SoloTask::MakeProducer(const std::string& transactional_id) {
  std::unique_ptr<kafka::Client> producer = Must(kafka::Client::Create(
      settings_, kafka::Role::kTask, {{"transactional.id", transactional_id}}, options_.log, {}));
  const kafka::ErrorPtr error(rd_kafka_init_transactions(producer->get(), 20000));
  RIPOSTE_CHECK(!error, "the coordinator answers");
  return producer;
}

std::vector<std::string> SoloTask::reports() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return reports_;
}

void SoloTask::Add(std::string report) {
  const std::lock_guard<std::mutex> lock(mutex_);
  reports_.push_back(std::move(report));
}

std::vector<Taken> Take(kafka::KafkaInput& input, size_t count) {
  std::vector<Taken> all;
  std::vector<pipeline::Record> records;
  while (all.size() < count) {
    const Status status = input.Poll(count - all.size(), 64 << 20, kSilence, records);
    RIPOSTE_CHECK(status.ok(), status.message());
    if (records.empty()) break;
    for (const pipeline::Record& record : records) {
      Taken taken{.offset = record.offset,
                  .key = std::string(record.key),
                  .value = {},
                  .append_time = record.append_time};
      if (record.value) taken.value = std::string(*record.value);
      all.push_back(std::move(taken));
    }
  }
  return all;
}

}  // namespace riposte::test
