// The topics at start: ours are created or checked, the inputs must be there.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "base/result.h"
#include "connectors/kafka/client.h"
#include "connectors/kafka/options.h"
#include "engine/pipeline/ports.h"

namespace riposte::kafka {

struct TopicFacts {
  size_t input_partitions = 0;               // of all input topics together
  std::set<std::string> create_time_inputs;  // their records have no append time
  // The smallest max.message.bytes of the topics that a task writes: one producer serves them all.
  size_t message_bytes_max = 0;
};

// Checks everything, creating what is missing if the options say so. One attempt: kUnavailable and
// kTimeout mean that the brokers do not answer now. kNotFound: a topic is missing.
// kInvalidArgument: a topic is there but wrong (partition count, clean-up policy). kPermission:
// credentials or rights refused.
Result<TopicFacts> CheckTopics(Client& admin, const Options& options);

// The same for the control topic alone.
Status CheckControlTopic(Client& admin, const Options& options);

// Partitions of each named topic, from the brokers now. A topic that is not there has 0.
Result<std::map<std::string, int32_t>> PartitionCounts(rd_kafka_t* client,
                                                       const std::set<std::string>& topics,
                                                       int timeout_ms);

// The full name of each topic that a task writes.
using OutTopicNames = std::array<std::string, static_cast<size_t>(pipeline::OutTopic::kCount)>;
OutTopicNames OutTopics(const Options& options);

}  // namespace riposte::kafka
