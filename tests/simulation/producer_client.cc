#include "tests/simulation/producer_client.h"

#include <algorithm>
#include <utility>

namespace riposte::sim {
namespace {

constexpr Duration kBackoff{4};

}  // namespace

ProducerClient::ProducerClient(const Broker& broker, std::string transactional_id, Random random,
                               std::function<void()> on_error)
    : broker_(broker),
      transactional_id_(std::move(transactional_id)),
      random_(random),
      on_error_(std::move(on_error)) {}

KafkaError ProducerClient::Exchange(Api api, const std::function<KafkaError()>& request,
                                    Time deadline) {
  for (;;) {
    const KafkaError error = broker_.network->Call(*broker_.host, api, request);
    if (error == KafkaError::kBroken) on_error_();
    if (!IsRetriable(error)) return error;
    if (broker_.clock->Now() >= deadline) return KafkaError::kTimedOut;
    broker_.host->Pass(kBackoff);
  }
}

Answer ProducerClient::Classify(Api api, KafkaError error) {
  Next next = Next::kRebuild;
  switch (error) {
    case KafkaError::kNone:
      next = Next::kDone;
      break;
    case KafkaError::kTimedOut:
      next = Next::kRetry;
      break;
    case KafkaError::kUnknownProducer:
    case KafkaError::kUnknownMember:
    case KafkaError::kIllegalGeneration:
      next = Next::kAbort;
      break;
    case KafkaError::kInvalidTxnState:
      next = api == Api::kProduce ? Next::kAbort : Next::kRebuild;
      break;
    default:
      break;
  }
  if (next == Next::kRebuild) fatal_ = error;
  return {.next = next, .error = error};
}

Answer ProducerClient::Init(Duration timeout) {
  const std::shared_ptr<ProducerId> answer = std::make_shared<ProducerId>();
  const auto request = [kafka = broker_.kafka, id = transactional_id_, answer] {
    return kafka->InitProducerId(id, *answer);
  };
  const KafkaError error = Exchange(Api::kInitProducer, request, broker_.clock->Now() + timeout);
  producer_ = *answer;
  return Classify(Api::kInitProducer, error);
}

void ProducerClient::Begin() {
  queue_.clear();
  next_offset_.clear();
  added_.clear();
  offsets_added_ = false;
}

void ProducerClient::Produce(const PartitionId& id, Message message) {
  queue_[id].messages.push_back(std::move(message));
}

Answer ProducerClient::AddPartitions(Time deadline) {
  std::vector<PartitionId> fresh;
  for (const auto& [id, batch] : queue_)
    if (std::ranges::find(added_, id) == added_.end()) fresh.push_back(id);
  if (fresh.empty()) return {};
  const auto request = [kafka = broker_.kafka, id = transactional_id_, producer = producer_,
                        fresh] { return kafka->AddPartitions(id, producer, fresh); };
  const Answer answer = Classify(Api::kAddToTxn, Exchange(Api::kAddToTxn, request, deadline));
  if (answer.next == Next::kDone) added_.insert(added_.end(), fresh.begin(), fresh.end());
  return answer;
}

Answer ProducerClient::Flush(Time deadline) {
  if (const Answer answer = AddPartitions(deadline); answer.next != Next::kDone) return answer;
  while (!queue_.empty()) {
    auto& [id, batch] = *queue_.begin();
    if (batch.sequence < 0) {
      batch.sequence = next_sequence_[id];
      next_sequence_[id] += static_cast<int32_t>(batch.messages.size());
    }
    const std::shared_ptr<int64_t> next = std::make_shared<int64_t>(-1);
    const auto request = [kafka = broker_.kafka, tid = transactional_id_, producer = producer_,
                          partition = id, sent = batch, next] {
      return kafka->Produce(tid, producer, partition, sent.sequence, sent.messages, next.get());
    };
    const Answer answer = Classify(Api::kProduce, Exchange(Api::kProduce, request, deadline));
    if (answer.next != Next::kDone) return answer;
    next_offset_[id] = *next;
    queue_.erase(queue_.begin());
  }
  return {};
}

std::optional<int64_t> ProducerClient::NextOffset(const PartitionId& id) const {
  const std::map<PartitionId, int64_t>::const_iterator found = next_offset_.find(id);
  if (found == next_offset_.end() || found->second < 0) return std::nullopt;
  return found->second;
}

Answer ProducerClient::SendOffsets(const MemberId& member,
                                   const std::map<PartitionId, Position>& positions,
                                   Duration timeout) {
  const Time deadline = broker_.clock->Now() + timeout;
  // The records are on their way meanwhile, or not yet.
  if (random_.Chance(500)) {
    if (const Answer answer = Flush(deadline); answer.next != Next::kDone) return answer;
  }
  if (!offsets_added_) {
    const auto add = [kafka = broker_.kafka, tid = transactional_id_, producer = producer_] {
      return kafka->AddOffsets(tid, producer);
    };
    const Answer answer = Classify(Api::kAddToTxn, Exchange(Api::kAddToTxn, add, deadline));
    if (answer.next != Next::kDone) return answer;
    offsets_added_ = true;
  }
  const auto commit = [kafka = broker_.kafka, tid = transactional_id_, producer = producer_, member,
                       positions] {
    return kafka->TxnOffsetCommit(tid, producer, member, positions);
  };
  return Classify(Api::kOffsetCommit, Exchange(Api::kOffsetCommit, commit, deadline));
}

Answer ProducerClient::Commit(Duration timeout) {
  if (const Answer answer = Flush(broker_.clock->Now() + timeout); answer.next != Next::kDone)
    return answer;
  return End(true, timeout);
}

Answer ProducerClient::Abort(Duration timeout) {
  queue_.clear();
  return End(false, timeout);
}

Answer ProducerClient::End(bool commit, Duration timeout) {
  if (added_.empty() && !offsets_added_) return {};
  const auto request = [kafka = broker_.kafka, tid = transactional_id_, producer = producer_,
                        commit] { return kafka->EndTxn(tid, producer, commit); };
  return Classify(Api::kEndTxn, Exchange(Api::kEndTxn, request, broker_.clock->Now() + timeout));
}

}  // namespace riposte::sim
