// What the Kafka benchmarks need to read a whole topic without a group's say.
#pragma once

#include <cstdint>

#include <librdkafka/rdkafka.h>

namespace riposte::bench {

// Of a topic; -1: the broker does not say.
int32_t PartitionCount(rd_kafka_t* client, rd_kafka_topic_t* topic);

// Has the consumer read all partitions from their present ends on. False: the broker does not
// answer; stderr says why.
bool AssignEnds(rd_kafka_t* consumer, const char* topic);

}  // namespace riposte::bench
