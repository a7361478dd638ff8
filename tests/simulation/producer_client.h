// The transactional producer as the client library gives it to its user: calls that take long,
// retry inside, and end in one of four ways. Mirrors librdkafka as the facts in
// connectors/kafka/errors.h describe it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/simulation/kafka_model.h"
#include "tests/simulation/network.h"

namespace riposte::sim {

// What a call's answer asks for; as in connectors/kafka/errors.h.
enum class Next : uint8_t {
  kDone,
  kRetry,    // the same call again; it goes on where it was
  kAbort,    // this transaction cannot commit; the producer stays good
  kRebuild,  // the producer is of no more use
};
struct Answer {
  Next next = Next::kDone;
  KafkaError error = KafkaError::kNone;
};

// Where a process's requests go. All outlive the clients.
struct Broker {
  Host* host = nullptr;
  Network* network = nullptr;
  KafkaModel* kafka = nullptr;
  const SimClock* clock = nullptr;
};

class ProducerClient {
 public:
  // `on_error` is told of each broken connection.
  ProducerClient(const Broker& broker, std::string transactional_id, Random random,
                 std::function<void()> on_error);

  Answer Init(Duration timeout);
  void Begin();
  // Takes it; it may be sent at once or as late as in Commit().
  void Produce(const PartitionId& id, Message message);
  Answer SendOffsets(const MemberId& member, const std::map<PartitionId, Position>& positions,
                     Duration timeout);
  Answer Commit(Duration timeout);
  Answer Abort(Duration timeout);
  // The first offset behind the transaction's records of that partition, as the broker said when it
  // took them; empty: it has none there, or an answer was lost.
  std::optional<int64_t> NextOffset(const PartitionId& id) const;

  // Why the producer gave up for good; kNone: it has not.
  KafkaError fatal() const { return fatal_; }

 private:
  struct Batch {
    int32_t sequence = -1;  // -1: never sent
    std::vector<Message> messages;
  };
  // The request, again while the broker asks for it; kTimedOut after the deadline.
  KafkaError Exchange(Api api, const std::function<KafkaError()>& request, Time deadline);
  // What stands in the queue.
  Answer Flush(Time deadline);
  Answer AddPartitions(Time deadline);
  Answer Classify(Api api, KafkaError error);
  Answer End(bool commit, Duration timeout);

  const Broker broker_;
  const std::string transactional_id_;
  Random random_;
  const std::function<void()> on_error_;
  ProducerId producer_;
  std::map<PartitionId, Batch> queue_;
  std::map<PartitionId, int32_t> next_sequence_;
  std::map<PartitionId, int64_t> next_offset_;  // of the transaction; -1: not known
  std::vector<PartitionId> added_;              // to the transaction
  bool offsets_added_ = false;
  KafkaError fatal_ = KafkaError::kNone;
};

}  // namespace riposte::sim
