#include "benchmarks/topic_reader.h"

#include <cstddef>
#include <cstdio>
#include <memory>

#include "connectors/kafka/client.h"

namespace riposte::bench {
namespace {

constexpr int kWaitMs = 10'000;

using MetadataPtr =
    std::unique_ptr<const rd_kafka_metadata_t, kafka::Destroyer<&rd_kafka_metadata_destroy>>;

}  // namespace

int32_t PartitionCount(rd_kafka_t* client, rd_kafka_topic_t* topic) {
  const rd_kafka_metadata_t* found = nullptr;
  if (rd_kafka_metadata(client, 0, topic, &found, kWaitMs) != RD_KAFKA_RESP_ERR_NO_ERROR) return -1;
  const MetadataPtr metadata(found);
  return metadata->topics[0].partition_cnt;
}

bool AssignEnds(rd_kafka_t* consumer, const char* topic) {
  const kafka::TopicPtr handle(rd_kafka_topic_new(consumer, topic, nullptr));
  const int32_t partitions = PartitionCount(consumer, handle.get());
  const kafka::PartitionListPtr list =
      kafka::NewPartitionList(static_cast<size_t>(partitions > 0 ? partitions : 0));
  for (int32_t partition = 0; partition < partitions; ++partition) {
    int64_t low = 0;
    int64_t high = 0;
    const rd_kafka_resp_err_t error =
        rd_kafka_query_watermark_offsets(consumer, topic, partition, &low, &high, kWaitMs);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      std::fprintf(stderr, "%s: %s\n", topic, rd_kafka_err2str(error));
      return false;
    }
    rd_kafka_topic_partition_list_add(list.get(), topic, partition)->offset = high;
  }
  if (partitions > 0 && rd_kafka_assign(consumer, list.get()) == RD_KAFKA_RESP_ERR_NO_ERROR)
    return true;
  std::fprintf(stderr, "%s cannot be read\n", topic);
  return false;
}

}  // namespace riposte::bench
