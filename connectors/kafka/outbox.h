// The transactional producer of one task.
//
// After each call its error class decides (errors.h): the same call again, abort, or a new
// producer. Whatever is left uncertain is settled by the committed offset, which carries a mark
// that is unique to the transaction, so that also a transaction that does not move the offset can
// be told from its predecessor.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "connectors/kafka/client.h"
#include "connectors/kafka/errors.h"
#include "connectors/kafka/membership.h"
#include "connectors/kafka/task_outbox.h"
#include "engine/pipeline/ports.h"

namespace riposte::kafka {

class KafkaOutbox final : public TaskOutbox {
 public:
  KafkaOutbox(const TaskContext& context, std::shared_ptr<GroupView> group,
              std::string transactional_id);
  ~KafkaOutbox() override;

  // The predecessor can write nothing more, and the transaction that it left open is ended.
  // kInvalidArgument: the brokers have no transactions.
  Status Fence(Duration patience) override;

  // The first of `offsets` tells what became of a transaction.
  Result<pipeline::Committed> Commit(std::span<const pipeline::OutRecord> records,
                                     std::span<const pipeline::NextOffset> offsets) override;
  // As the delivery reports say.
  std::optional<int64_t> ChangelogNext() const override { return changelog_next_; }

 private:
  // What is heard of a transaction's records of the changelog.
  struct ChangelogEnd {
    size_t awaited = 0;  // of which the broker has not said where they stand
    int64_t next = 0;    // behind those of which it has
    std::optional<int64_t> Known() const;
  };
  // A producer in the place of one that cannot be relied on; else why the task has to stop.
  Status Renew();
  void OnDelivery(const rd_kafka_message_t& message);
  Status InitTransactions(std::chrono::steady_clock::time_point deadline);
  Step Produce(std::span<const pipeline::OutRecord> records);
  // False: `error_` says why not.
  bool Put(const pipeline::OutRecord& record);
  Step SendOffsets(std::span<const pipeline::NextOffset> offsets);
  void AbandonProducer();
  // A late request of this generation may still be on its way.
  bool IsSuspect() const { return suspect_ || producer_->AnswerLost(); }
  // Calls again while the answer is kRetry and there is time.
  Step Call(const std::function<rd_kafka_error_t*(int timeout_ms)>& call, Duration patience);
  // Ends a transaction that cannot commit. An error says why doing it again would not help either.
  Result<pipeline::Committed> Abort();
  // What became of a transaction whose end is not known: fences it, then Verdict().
  Result<pipeline::Committed> Settle();
  // By the committed offset and its mark. Nothing of the transaction may be under way any more.
  Result<pipeline::Committed> Verdict();
  Status StopFenced();
  bool Hopeless() const { return group_->Lost() || group_->GivenUp(); }
  Status WhyHopeless() const { return kafka::WhyHopeless(*group_, transactional_id_); }
  void Note(LogLevel level, std::string_view code, std::string_view text) const;

  const std::shared_ptr<GroupView> group_;
  const std::string transactional_id_;
  const std::string session_;  // unique to this object, first part of each mark

  std::unique_ptr<Client> producer_;
  std::vector<TopicPtr> topics_;  // by pipeline::OutTopic; destroyed before the producer
  uint64_t sequence_ = 0;
  std::string mark_;              // of the transaction under way
  pipeline::NextOffset verdict_;  // by which it can be told whether it was committed
  ChangelogEnd changelog_end_;    // likewise of the one under way
  std::optional<int64_t> changelog_next_;
  bool suspect_ = false;  // something went wrong with a call or a connection of this generation
  rd_kafka_resp_err_t error_ = RD_KAFKA_RESP_ERR_NO_ERROR;           // the last call's
  rd_kafka_resp_err_t delivery_error_ = RD_KAFKA_RESP_ERR_NO_ERROR;  // the first of the transaction
  std::string delivery_topic_;
};

}  // namespace riposte::kafka
