// pipeline::Outbox over the Kafka model. Decides as connectors/kafka/outbox.cc does, function by
// function: what is kept in step there has to be kept in step here.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "engine/pipeline/ports.h"
#include "tests/simulation/membership.h"
#include "tests/simulation/producer_client.h"

namespace riposte::sim {

// The topic's name, and the partition that the record says or that is its key's.
PartitionId OutPartition(const pipeline::OutRecord& record, int32_t partitions);

// Defects that only this class can have; see planted.h.
struct OutboxDefects {
  bool keeps_producer = false;   // goes on with its producer after an uncertain call
  bool guesses_aborted = false;  // takes an uncertain commit for aborted without asking
  bool without_group = false;    // gives no group metadata along
};

class SimOutbox final : public pipeline::Outbox {
 public:
  struct Options {
    std::string transactional_id;
    std::string session;  // unique to this object
    int32_t out_partitions = 1;
    size_t value_bytes_max = 100'000;
    Duration patience{1000};  // transaction.timeout.ms
    OutboxDefects defects;
  };
  struct Counters {
    uint64_t uncertain = 0, settled_committed = 0, settled_aborted = 0;
  };

  // `counters` outlives it.
  SimOutbox(const Broker& broker, std::shared_ptr<Membership> membership, Options options,
            Random random, Counters& counters);
  ~SimOutbox() override;

  // Makes the producer: fences its predecessor and ends the transaction that it left open.
  Status Fence(Duration patience);

  size_t MaxValueBytes(pipeline::OutTopic topic) const override;
  Result<pipeline::Committed> Commit(std::span<const pipeline::OutRecord> records,
                                     std::span<const pipeline::NextOffset> offsets) override;
  std::optional<int64_t> ChangelogNext() const override { return changelog_next_; }

 private:
  // What is heard of a transaction's records of the changelog.
  struct ChangelogEnd {
    size_t awaited = 0;  // of which the broker has not said where they stand
    int64_t next = 0;    // behind those of which it has
    std::optional<int64_t> Known() const;
  };
  void OnDelivery(const PartitionId& id, size_t count, int64_t behind);
  // A producer in the place of one that cannot be relied on; else why the task has to stop.
  Status Renew();
  Status InitTransactions(Time deadline);
  void Produce(std::span<const pipeline::OutRecord> records);
  Next Call(const std::function<Answer(Duration timeout)>& call);
  Result<pipeline::Committed> Abort();
  Result<pipeline::Committed> Settle();
  Result<pipeline::Committed> Verdict();
  bool Rebuilds() const;  // without the defect: always
  Status StopFenced();
  bool Hopeless() const;
  Status WhyHopeless() const;

  const Broker broker_;
  const std::shared_ptr<Membership> membership_;
  const Options options_;
  Random random_;
  Counters& counters_;
  std::unique_ptr<ProducerClient> producer_;
  uint64_t sequence_ = 0;
  // By which it can be told whether the transaction under way was committed.
  PartitionId verdict_id_;
  Position verdict_;
  ChangelogEnd changelog_end_;  // likewise of the one under way
  std::optional<int64_t> changelog_next_;
  bool suspect_ = false;
  KafkaError error_ = KafkaError::kNone;
};

}  // namespace riposte::sim
