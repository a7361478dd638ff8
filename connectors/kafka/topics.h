// The topics at start: ours are created or checked, the inputs must be there.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "connectors/kafka/client.h"
#include "connectors/kafka/options.h"
#include "engine/pipeline/ports.h"

namespace riposte::kafka {

struct TopicFacts {
  // Of all topics that the tasks read together: the inputs, and the shuffle with state tasks.
  size_t read_partitions = 0;
  std::set<std::string> create_time_inputs;  // their records have no append time
  // The smallest max.message.bytes of the topics that a task writes: one producer serves them all.
  // The broker's default where the settings may not be read, as below.
  size_t message_bytes_max = 1'048'588;
  // How long a deletion stays to be read: the changelog's delete.retention.ms.
  Duration changelog_delete_retention = std::chrono::hours(24);
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

std::string ShuffleTopic(const Options& options);
// What the group subscribes to: the inputs, and the shuffle with state tasks.
std::vector<std::string> ReadTopics(const Options& options);

// The full name of each topic that a task writes.
using OutTopicNames = std::array<std::string, static_cast<size_t>(pipeline::OutTopic::kCount)>;
OutTopicNames OutTopics(const Options& options);
inline const std::string& NameOf(const OutTopicNames& names, pipeline::OutTopic topic) {
  return names[static_cast<size_t>(topic)];
}

}  // namespace riposte::kafka
