// Which state task owns what.
#pragma once

#include <cstdint>
#include <string_view>

namespace riposte::pipeline {

// The 32-bit MurmurHash2 that Kafka's clients place keyed records by: what their default
// partitioner makes of a key (and librdkafka's murmur2_random) is PartitionHash(key) % partitions.
uint32_t Murmur2(std::string_view bytes);
uint32_t PartitionHash(std::string_view bytes);  // without the sign bit

// The state task, from 0 on, that owns `route` (trigger::Contribution::route): where the assets are
// the keys of an input with as many partitions, the one that reads their events. `state_tasks`: one
// or more.
int32_t OwnerOf(std::string_view route, int32_t state_tasks);

}  // namespace riposte::pipeline
