// What a broker answers, or what a client makes of no answer.
#pragma once

#include <cstdint>
#include <string_view>

namespace riposte::sim {

enum class KafkaError : uint8_t {
  kNone,
  // Nobody knows whether the broker took the request: the connection broke.
  kBroken,
  kTimedOut,
  // Again later.
  kNotAvailable,
  kConcurrentTransactions,
  kUnstableOffset,
  // The transaction is over for this producer.
  kFenced,
  kInvalidTxnState,
  kOutOfOrder,
  kUnknownProducer,
  // The member is not, or no longer, what it says.
  kUnknownMember,
  kIllegalGeneration,
  kRebalance,
};
std::string_view KafkaErrorName(KafkaError error);

// The client library makes the same request again by itself.
bool IsRetriable(KafkaError error);
bool IsStaleMember(KafkaError error);

}  // namespace riposte::sim
