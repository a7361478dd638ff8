#include "tests/simulation/kafka_model.h"

#include <algorithm>

namespace riposte::sim {

KafkaModel::KafkaModel(const Options& options, const std::vector<PartitionId>& inputs,
                       Random random, CommitListener* listener)
    : options_(options), random_(random), listener_(listener), group_(options.group, inputs) {
  for (const PartitionId& id : inputs) logs_[id];
}

void KafkaModel::Tick(Time now) {
  now_ = now;
  for (auto& [id, transaction] : transactions_) {
    if (transaction.state == State::kOngoing &&
        now - transaction.began > options_.transaction_timeout) {
      ++counters_.timeouts;
      ++transaction.producer.epoch;
      End(transaction, false);
    }
    if (transaction.state != State::kEnding) continue;
    std::vector<Marker> later;
    for (const Marker& marker : std::exchange(transaction.markers, {})) {
      if (marker.due > now) {
        later.push_back(marker);
      } else {
        Write(transaction, marker);
      }
    }
    transaction.markers = std::move(later);
    if (transaction.markers.empty()) Finish(transaction);
  }
  group_.Tick(now);
}

bool KafkaModel::Quiet() const {
  return std::all_of(transactions_.begin(), transactions_.end(), [](const auto& entry) {
    return entry.second.state != State::kOngoing && entry.second.state != State::kEnding;
  });
}

KafkaError KafkaModel::InitProducerId(const std::string& transactional_id, ProducerId& answer) {
  Transaction& transaction = transactions_[transactional_id];
  if (transaction.producer.id < 0) transaction.producer.id = next_producer_++;
  if (transaction.state == State::kOngoing) {
    ++transaction.producer.epoch;
    End(transaction, false);
  }
  if (transaction.state == State::kEnding) return KafkaError::kConcurrentTransactions;
  ++transaction.producer.epoch;
  transaction.state = State::kEmpty;
  transaction.sequence.clear();
  answer = transaction.producer;
  return KafkaError::kNone;
}

KafkaModel::Transaction* KafkaModel::Find(const std::string& transactional_id) {
  const std::map<std::string, Transaction>::iterator found = transactions_.find(transactional_id);
  return found == transactions_.end() ? nullptr : &found->second;
}

KafkaError KafkaModel::CheckEpoch(const Transaction& transaction, const ProducerId& producer) {
  if (producer.id == transaction.producer.id && producer.epoch == transaction.producer.epoch)
    return KafkaError::kNone;
  ++counters_.fenced_requests;
  return KafkaError::kFenced;
}

KafkaError KafkaModel::Begin(Transaction& transaction) {
  if (transaction.state == State::kEnding) return KafkaError::kConcurrentTransactions;
  if (transaction.state == State::kOngoing) return KafkaError::kNone;
  transaction.state = State::kOngoing;
  transaction.began = now_;
  transaction.partitions.clear();
  transaction.has_offsets = false;
  transaction.content = {};
  return KafkaError::kNone;
}

KafkaError KafkaModel::AddPartitions(const std::string& transactional_id,
                                     const ProducerId& producer,
                                     const std::vector<PartitionId>& partitions) {
  Transaction* transaction = Find(transactional_id);
  if (transaction == nullptr) return KafkaError::kUnknownProducer;
  KafkaError error = CheckEpoch(*transaction, producer);
  if (error == KafkaError::kNone) error = Begin(*transaction);
  if (error == KafkaError::kNone)
    transaction->partitions.insert(partitions.begin(), partitions.end());
  return error;
}

KafkaError KafkaModel::AddOffsets(const std::string& transactional_id, const ProducerId& producer) {
  Transaction* transaction = Find(transactional_id);
  if (transaction == nullptr) return KafkaError::kUnknownProducer;
  KafkaError error = CheckEpoch(*transaction, producer);
  if (error == KafkaError::kNone) error = Begin(*transaction);
  if (error == KafkaError::kNone) transaction->has_offsets = true;
  return error;
}

KafkaError KafkaModel::Produce(const std::string& transactional_id, const ProducerId& producer,
                               const PartitionId& id, int32_t sequence,
                               const std::vector<Message>& messages, int64_t* next_offset) {
  Transaction* transaction = Find(transactional_id);
  if (transaction == nullptr) return KafkaError::kUnknownProducer;
  if (const KafkaError error = CheckEpoch(*transaction, producer); error != KafkaError::kNone)
    return error;
  int32_t& next = transaction->sequence[id];
  if (sequence < next) {
    if (next_offset != nullptr) *next_offset = -1;
    return KafkaError::kNone;
  }
  if (transaction->state != State::kOngoing || !transaction->partitions.contains(id))
    return KafkaError::kInvalidTxnState;
  if (sequence > next) return KafkaError::kOutOfOrder;
  next += static_cast<int32_t>(messages.size());
  PartitionLog& partition = log(id);
  for (const Message& message : messages) {
    const int64_t offset =
        partition.AppendOpen(producer.id, producer.epoch, message.key, message.value, now_);
    transaction->content.records.push_back({.id = id, .offset = offset, .message = message});
  }
  if (next_offset != nullptr) *next_offset = partition.end();
  return KafkaError::kNone;
}

KafkaError KafkaModel::TxnOffsetCommit(const std::string& transactional_id,
                                       const ProducerId& producer, const MemberId& member,
                                       const std::map<PartitionId, Position>& positions) {
  Transaction* transaction = Find(transactional_id);
  if (transaction == nullptr) return KafkaError::kUnknownProducer;
  if (const KafkaError error = CheckEpoch(*transaction, producer); error != KafkaError::kNone)
    return error;
  if (const KafkaError error = group_.Check(member); error != KafkaError::kNone) {
    ++counters_.stale_members;
    return error;
  }
  if (transaction->state != State::kOngoing || !transaction->has_offsets)
    return KafkaError::kInvalidTxnState;
  for (const auto& [id, position] : positions) group_.AddPending(producer.id, id, position);
  return KafkaError::kNone;
}

KafkaError KafkaModel::EndTxn(const std::string& transactional_id, const ProducerId& producer,
                              bool commit) {
  Transaction* transaction = Find(transactional_id);
  if (transaction == nullptr) return KafkaError::kUnknownProducer;
  if (const KafkaError error = CheckEpoch(*transaction, producer); error != KafkaError::kNone)
    return error;
  switch (transaction->state) {
    case State::kEmpty:
      return KafkaError::kInvalidTxnState;
    case State::kOngoing:
      End(*transaction, commit);
      return KafkaError::kNone;
    case State::kEnding:
      return transaction->commits == commit ? KafkaError::kConcurrentTransactions
                                            : KafkaError::kInvalidTxnState;
    case State::kCommitted:
      return commit ? KafkaError::kNone : KafkaError::kInvalidTxnState;
    case State::kAborted:
      return commit ? KafkaError::kInvalidTxnState : KafkaError::kNone;
  }
  return KafkaError::kInvalidTxnState;
}

// The outcome stands; readers learn it partition by partition.
void KafkaModel::End(Transaction& transaction, bool commit) {
  transaction.state = State::kEnding;
  transaction.commits = commit;
  const auto due = [this] { return now_ + random_.Span(0, options_.marker_delay_max.count()); };
  for (const PartitionId& id : transaction.partitions)
    transaction.markers.push_back({.id = id, .due = due()});
  if (transaction.has_offsets) transaction.markers.push_back({.id = {}, .due = due()});
}

void KafkaModel::Write(Transaction& transaction, const Marker& marker) {
  if (marker.id) {
    log(*marker.id).End(transaction.producer.id, transaction.commits, now_);
    return;
  }
  transaction.content.offsets = group_.EndPending(transaction.producer.id, transaction.commits);
}

void KafkaModel::Finish(Transaction& transaction) {
  transaction.state = transaction.commits ? State::kCommitted : State::kAborted;
  if (!transaction.commits) {
    ++counters_.aborts;
    counters_.aborted_records += transaction.content.records.size();
    return;
  }
  ++counters_.commits;
  if (listener_ != nullptr) listener_->OnCommitted(transaction.content);
}

}  // namespace riposte::sim
