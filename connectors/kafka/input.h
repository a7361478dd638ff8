// One assigned partition, read through its own queue: not polling it is the back-pressure.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "connectors/kafka/client.h"
#include "connectors/kafka/membership.h"
#include "engine/pipeline/ports.h"

namespace riposte::kafka {

class KafkaInput final : public pipeline::Input {
 public:
  // `queue` is split off the consumer's before the assignment; records come from `start_offset` on.
  // `queue_bytes_max` is the limit at which the client stops filling it.
  KafkaInput(std::shared_ptr<Membership> membership, pipeline::PartitionId id, QueuePtr queue,
             int64_t start_offset, size_t queue_bytes_max, Log log);
  ~KafkaInput() override;

  const pipeline::PartitionId& id() const override { return id_; }
  Status Poll(size_t max_records, size_t max_bytes, Duration wait,
              std::vector<pipeline::Record>& records) override;
  Status Rewind(int64_t offset) override;
  int64_t Lag() const override;

 private:
  // Appends a record, or drops what comes twice.
  void Take(MessagePtr message, Time now, std::vector<pipeline::Record>& records);
  void OnEnd(int64_t offset);
  Status OnError(rd_kafka_resp_err_t error, std::string_view text);
  // Reports a queue that runs low; `bytes` and `count` of the records just taken tell their size.
  void WatchQueue(size_t bytes, size_t count) const;

  const std::shared_ptr<Membership> membership_;
  const pipeline::PartitionId id_;
  const QueuePtr queue_;
  const TopicPtr topic_;
  const size_t queue_bytes_max_;
  const Log log_;
  int64_t next_offset_;
  int damaged_ = 0;                   // in a row
  Status failed_;                     // for good
  std::vector<MessagePtr> messages_;  // what the records of the last Poll() look into
};

}  // namespace riposte::kafka
