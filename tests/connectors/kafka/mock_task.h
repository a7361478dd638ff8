// A task's producer on librdkafka's mock broker: it serves errors on demand, but neither commits
// nor aborts.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "connectors/kafka/outbox.h"

namespace riposte::test {

// Numbers of the protocol's requests.
enum class Api : int16_t {
  kProduce = 0,
  kInitProducerId = 22,
  kAddPartitions = 24,
  kAddOffsets = 25,
  kEndTxn = 26,
  kTxnOffsetCommit = 28,
};

// A group whose committed offsets the test says.
class FakeGroup final : public kafka::GroupView {
 public:
  FakeGroup() : FakeGroup(rd_kafka_consumer_group_metadata_new("group")) {}
  // Takes `metadata`, what the task says of its membership.
  explicit FakeGroup(rd_kafka_consumer_group_metadata_t* metadata) : metadata_(metadata) {}
  Result<kafka::Position> Committed(const pipeline::PartitionId&, Duration) override {
    ++asked;
    return position;
  }
  rd_kafka_resp_err_t CommitOffsets(std::span<const pipeline::NextOffset> offsets,
                                    Duration) override {
    if (!commit_errors.empty()) {
      const rd_kafka_resp_err_t error = commit_errors.front();
      commit_errors.erase(commit_errors.begin());
      return error;
    }
    committed.push_back(offsets.front().offset);
    return RD_KAFKA_RESP_ERR_NO_ERROR;
  }
  const rd_kafka_consumer_group_metadata_t* metadata() const override { return metadata_.get(); }
  bool Lost() const override { return lost; }
  bool GivenUp() const override { return given_up; }
  void ReportFenced() override { ++fenced; }
  void ReportFailure(const Status& status) override { failure = status; }
  void CountIn() override { ++users; }
  void CountOut() override { --users; }

  kafka::Position position;
  std::vector<rd_kafka_resp_err_t> commit_errors;  // what the next calls of CommitOffsets answer
  std::vector<int64_t> committed;                  // by CommitOffsets, of the first partition
  std::atomic<bool> lost{false}, given_up{false};
  int asked = 0, fenced = 0, users = 0;
  Status failure;

 private:
  const kafka::GroupMetadataPtr metadata_;
};

class MockTask {
 public:
  explicit MockTask(kafka::DeliveryMode delivery = kafka::DeliveryMode::kExactlyOnce);
  ~MockTask();

  // Outbox::Commit of the task's only partition.
  Result<pipeline::Committed> Commit(std::span<const pipeline::OutRecord> records,
                                     int64_t next_offset);
  // Ends all connections; the client makes new ones within a second.
  void CutConnections();
  // Nobody answers from now on.
  void TakeDown();
  // The broker does not know such a request from now on.
  void Disable(Api api);
  // Another outbox of the same task.
  std::unique_ptr<kafka::TaskOutbox> MakeOutbox(kafka::DeliveryMode delivery);
  void Push(Api api, const std::vector<rd_kafka_resp_err_t>& errors);

  std::shared_ptr<FakeGroup> group = std::make_shared<FakeGroup>();
  std::unique_ptr<kafka::TaskOutbox> outbox;

 private:
  rd_kafka_t* handle_;
  rd_kafka_mock_cluster_t* cluster_;
  std::unique_ptr<kafka::Settings> settings_;
  kafka::TaskContext context_;
};

}  // namespace riposte::test
