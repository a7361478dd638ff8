// Kafka in memory, as far as exactly-once delivery depends on it: partitions with open, committed
// and aborted records, the transaction coordinator with its epochs, and the group coordinator. Each
// call is one request, decided at once; only what Kafka itself does later happens in Tick(). One
// thread, no clock of its own, the same for the same seed.
//
// The protocol is the one that librdkafka speaks (transactions V1): an epoch is bumped by
// InitProducerId alone, so a delayed EndTxn is good for any transaction of its epoch.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "tests/simulation/group.h"
#include "tests/simulation/kafka_error.h"
#include "tests/simulation/partition_log.h"
#include "tests/simulation/random.h"

namespace riposte::sim {

using pipeline::PartitionId;

struct ProducerId {
  int64_t id = -1;
  int32_t epoch = -1;
};

struct Message {
  std::string key;
  std::optional<std::string> value;  // empty optional: a deletion
};

// What one transaction made visible.
struct CommittedTransaction {
  struct Place {
    PartitionId id;
    int64_t offset = 0;
    Message message;  // it may be compacted away in its log
  };
  std::string transactional_id;
  std::vector<Place> records;                  // in the order of their appending
  std::map<PartitionId, Group::Move> offsets;  // of the group
};

class CommitListener {
 public:
  virtual ~CommitListener() = default;
  virtual void OnCommitted(const CommittedTransaction& transaction) = 0;
};

class KafkaModel {
 public:
  struct Options {
    Duration transaction_timeout{1000};
    Duration marker_delay_max{20};  // between EndTxn's answer and each of its markers
    Group::Timing group;
  };
  struct Counters {
    uint64_t commits = 0, aborts = 0;
    uint64_t aborted_records = 0;
    uint64_t timeouts = 0;         // transactions that the coordinator aborted for their age
    uint64_t fenced_requests = 0;  // of an epoch that is over
    uint64_t stale_members = 0;    // offsets refused for their member or generation
  };

  // `inputs` are the partitions of the group; `listener` outlives it, null: nobody listens.
  KafkaModel(const Options& options, const std::vector<PartitionId>& inputs, Random random,
             CommitListener* listener);

  // A partition is made when it is first asked for.
  PartitionLog& log(const PartitionId& id) { return logs_[id]; }
  const std::map<PartitionId, PartitionLog>& logs() const { return logs_; }
  Group& group() { return group_; }
  const Counters& counters() const { return counters_; }

  // Time goes on: markers are written, old transactions aborted, silent members dropped.
  void Tick(Time now);
  // Nothing is left that only time would end.
  bool Quiet() const;

  // kConcurrentTransactions: what was open is being aborted; ask again.
  KafkaError InitProducerId(const std::string& transactional_id, ProducerId& answer);
  KafkaError AddPartitions(const std::string& transactional_id, const ProducerId& producer,
                           const std::vector<PartitionId>& partitions);
  KafkaError AddOffsets(const std::string& transactional_id, const ProducerId& producer);
  // `sequence` is that of the first message, by partition and epoch; what was taken already is not
  // taken again. `next_offset` is told, if it is not null: the one behind them; -1: they were taken
  // before.
  KafkaError Produce(const std::string& transactional_id, const ProducerId& producer,
                     const PartitionId& id, int32_t sequence, const std::vector<Message>& messages,
                     int64_t* next_offset = nullptr);
  KafkaError TxnOffsetCommit(const std::string& transactional_id, const ProducerId& producer,
                             const MemberId& member,
                             const std::map<PartitionId, Position>& positions);
  KafkaError EndTxn(const std::string& transactional_id, const ProducerId& producer, bool commit);

 private:
  enum class State : uint8_t { kEmpty, kOngoing, kEnding, kCommitted, kAborted };
  // A partition to write a marker to; none: the group's offsets.
  struct Marker {
    std::optional<PartitionId> id;
    Time due{};
  };
  struct Transaction {
    ProducerId producer;
    State state = State::kEmpty;
    bool commits = false;  // kEnding
    Time began{};
    std::set<PartitionId> partitions;
    bool has_offsets = false;
    std::vector<Marker> markers;              // still to be written
    std::map<PartitionId, int32_t> sequence;  // next, of this epoch
    CommittedTransaction content;
  };

  Transaction* Find(const std::string& transactional_id);
  // kNone: the producer may go on with the transaction.
  KafkaError CheckEpoch(const Transaction& transaction, const ProducerId& producer);
  KafkaError Begin(Transaction& transaction);
  void End(Transaction& transaction, bool commit);
  void Write(Transaction& transaction, const Marker& marker);
  void Finish(Transaction& transaction);

  const Options options_;
  Random random_;
  CommitListener* const listener_;
  Time now_{};
  std::map<PartitionId, PartitionLog> logs_;
  Group group_;
  std::map<std::string, Transaction> transactions_;  // by transactional id
  int64_t next_producer_ = 0;
  Counters counters_;
};

}  // namespace riposte::sim
