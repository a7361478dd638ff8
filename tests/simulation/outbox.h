// pipeline::Outbox over the Kafka model. Decides as connectors/kafka/outbox.cc does, function by
// function: what is kept in step there has to be kept in step here.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "engine/pipeline/ports.h"
#include "tests/simulation/membership.h"
#include "tests/simulation/producer_client.h"

namespace riposte::sim {

// Where a record goes: the partition that it names, else that of its key.
PartitionId OutPartition(const pipeline::OutRecord& record, int32_t partitions);
PartitionId ChangelogOf(int32_t state_task);

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
    std::string session;     // unique to this object
    int32_t state_task = 0;  // whose changelog it writes; of no meaning without one
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
  PartitionId told_by_;  // whose offset tells what became of the transaction under way
  Position own_;         // that it commits there
  std::optional<int64_t> changelog_next_;
  bool suspect_ = false;
  KafkaError error_ = KafkaError::kNone;
};

}  // namespace riposte::sim
