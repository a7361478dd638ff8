#include "tests/connectors/kafka/mock_task.h"

#include "base/check.h"
#include "connectors/kafka/flushing_outbox.h"

namespace riposte::test {

namespace {

const pipeline::PartitionId kInput{.topic = "in", .partition = 0};

}  // namespace

MockTask::MockTask(kafka::DeliveryMode delivery)
    : handle_(rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), nullptr, 0)),
      cluster_(rd_kafka_mock_cluster_new(handle_, 1)) {
  kafka::Options options;
  options.brokers = rd_kafka_mock_cluster_bootstraps(cluster_);
  Result<kafka::Settings> settings = kafka::Settings::Make(options);
  RIPOSTE_CHECK(settings.ok(), settings.status().message());
  settings_ = std::make_unique<kafka::Settings>(std::move(settings).value());
  context_.settings = settings_.get();
  context_.topics = {"t.commands",    "t.alerts",    "t.audit",
                     "t.dead-letter", "t.changelog", "t.shuffle"};
  context_.message_bytes_max = 100'000;
  context_.transaction_timeout = Duration(15000);
  for (const std::string& topic : context_.topics) {
    rd_kafka_mock_topic_create(cluster_, topic.c_str(), 2, 1);
  }
  outbox = MakeOutbox(delivery);
  const Status fenced = outbox->Fence(Duration(20000));
  RIPOSTE_CHECK(fenced.ok(), fenced.message());
}

Result<pipeline::Committed> MockTask::Commit(std::span<const pipeline::OutRecord> records,
                                             int64_t next_offset) {
  const pipeline::NextOffset next{.id = kInput, .offset = next_offset};
  return outbox->Commit(records, {&next, 1});
}

MockTask::~MockTask() {
  outbox.reset();
  rd_kafka_mock_cluster_destroy(cluster_);
  rd_kafka_destroy(handle_);
}

void MockTask::CutConnections() {
  rd_kafka_mock_broker_set_down(cluster_, 1);
  rd_kafka_mock_broker_set_up(cluster_, 1);
}

std::unique_ptr<kafka::TaskOutbox> MockTask::MakeOutbox(kafka::DeliveryMode delivery) {
  const std::string name = "app.group.in-0";
  if (delivery == kafka::DeliveryMode::kAtLeastOnce) {
    return std::make_unique<kafka::FlushingOutbox>(context_, group, name);
  }
  return std::make_unique<kafka::KafkaOutbox>(context_, group, name);
}

void MockTask::Disable(Api api) {
  rd_kafka_mock_set_apiversion(cluster_, static_cast<int16_t>(api), -1, -1);
}

void MockTask::TakeDown() { rd_kafka_mock_broker_set_down(cluster_, 1); }

void MockTask::Push(Api api, const std::vector<rd_kafka_resp_err_t>& errors) {
  rd_kafka_mock_push_request_errors_array(cluster_, static_cast<int16_t>(api), errors.size(),
                                          errors.data());
}

}  // namespace riposte::test
