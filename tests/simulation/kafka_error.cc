#include "tests/simulation/kafka_error.h"

namespace riposte::sim {

std::string_view KafkaErrorName(KafkaError error) {
  switch (error) {
    case KafkaError::kNone:
      return "none";
    case KafkaError::kBroken:
      return "broken";
    case KafkaError::kTimedOut:
      return "timed_out";
    case KafkaError::kNotAvailable:
      return "not_available";
    case KafkaError::kConcurrentTransactions:
      return "concurrent_transactions";
    case KafkaError::kUnstableOffset:
      return "unstable_offset";
    case KafkaError::kFenced:
      return "fenced";
    case KafkaError::kInvalidTxnState:
      return "invalid_txn_state";
    case KafkaError::kOutOfOrder:
      return "out_of_order";
    case KafkaError::kUnknownProducer:
      return "unknown_producer";
    case KafkaError::kUnknownMember:
      return "unknown_member";
    case KafkaError::kIllegalGeneration:
      return "illegal_generation";
    case KafkaError::kRebalance:
      return "rebalance";
  }
  return "unknown";
}

bool IsRetriable(KafkaError error) {
  return error == KafkaError::kBroken || error == KafkaError::kNotAvailable ||
         error == KafkaError::kConcurrentTransactions || error == KafkaError::kUnstableOffset;
}

bool IsStaleMember(KafkaError error) {
  return error == KafkaError::kUnknownMember || error == KafkaError::kIllegalGeneration;
}

}  // namespace riposte::sim
