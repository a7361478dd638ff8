// The producer of one task for brokers without transactions: at least once.
//
// A batch is produced and flushed, and only then the offsets are committed through the group: what
// ends in between is done again from the committed offset, and its outputs are there twice, with
// the same ids. Unlike a transactional producer it fences nobody: until the group tells an owner
// that the partition is another's, both may write.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "connectors/kafka/client.h"
#include "connectors/kafka/membership.h"
#include "connectors/kafka/task_outbox.h"

namespace riposte::kafka {

class FlushingOutbox final : public TaskOutbox {
 public:
  // `name`: of the task, for messages.
  FlushingOutbox(const TaskContext& context, std::shared_ptr<GroupView> group, std::string name);
  ~FlushingOutbox() override;

  // kInvalidArgument: the brokers have no idempotent producers.
  Status Fence(Duration patience) override;
  // kAborted: records may have been written all the same, the offsets are not committed.
  // kFenced: the brokers no longer take offsets from this member in its generation.
  Result<pipeline::Committed> Commit(std::span<const pipeline::OutRecord> records,
                                     std::span<const pipeline::NextOffset> offsets) override;

 private:
  // A new producer in the place of one that has lost or may have lost a record.
  Status Renew();
  void DropProducer();
  void OnDelivery(const rd_kafka_message_t& message);
  // Until each record is delivered, or one is not: `failed_`.
  void Produce(std::span<const pipeline::OutRecord> records);
  void Flush();
  // After `failed_`: aborted, or why doing it again would not help.
  Result<pipeline::Committed> GiveUpBatch();
  Result<pipeline::Committed> CommitOffsets(std::span<const pipeline::NextOffset> offsets);
  Status Report(Status status) const;
  bool Hopeless() const { return group_->Lost() || group_->GivenUp(); }
  Status WhyHopeless() const { return kafka::WhyHopeless(*group_, name_); }
  void Note(LogLevel level, std::string_view code, std::string_view text) const;

  const std::shared_ptr<GroupView> group_;
  const std::string name_;
  std::unique_ptr<Client> producer_;
  std::vector<TopicPtr> topics_;                             // destroyed before the producer
  rd_kafka_resp_err_t failed_ = RD_KAFKA_RESP_ERR_NO_ERROR;  // the first of the batch
  std::string failed_topic_;
};

}  // namespace riposte::kafka
