// The reference of the Kafka figures: the engine's client settings, consuming a topic and doing
// nothing with it.
//   bench_consume BROKERS TOPIC GROUP
// Reads the topic from its beginning to the ends that its partitions have at the start, and prints
// "RECORDS SECONDS" on stdout. The seconds run from the first record to the last one.
#include <chrono>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <memory>

#include <librdkafka/rdkafka.h>

#include "connectors/kafka/client.h"
#include "connectors/kafka/connector.h"
#include "connectors/kafka/options.h"
#include "connectors/kafka/settings.h"

namespace riposte::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kWaitMs = 10'000;

struct MetadataDestroyer {
  void operator()(const rd_kafka_metadata_t* metadata) const {
    rd_kafka_metadata_destroy(metadata);
  }
};

// What is still to be read: the records between a partition's ends. -1: the broker does not say.
int64_t AssignAll(rd_kafka_t* consumer, const char* topic) {
  const std::unique_ptr<rd_kafka_topic_t, void (*)(rd_kafka_topic_t*)> handle(
      rd_kafka_topic_new(consumer, topic, nullptr), &rd_kafka_topic_destroy);
  const rd_kafka_metadata_t* found = nullptr;
  if (rd_kafka_metadata(consumer, 0, handle.get(), &found, kWaitMs) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return -1;
  const std::unique_ptr<const rd_kafka_metadata_t, MetadataDestroyer> metadata(found);
  const int partitions = metadata->topics[0].partition_cnt;
  const kafka::PartitionListPtr list = kafka::NewPartitionList(static_cast<size_t>(partitions));
  int64_t records = 0;
  for (int partition = 0; partition < partitions; ++partition) {
    int64_t low = 0;
    int64_t high = 0;
    if (rd_kafka_query_watermark_offsets(consumer, topic, partition, &low, &high, kWaitMs) !=
        RD_KAFKA_RESP_ERR_NO_ERROR)
      return -1;
    records += high - low;
    rd_kafka_topic_partition_list_add(list.get(), topic, partition)->offset = low;
  }
  return rd_kafka_assign(consumer, list.get()) == RD_KAFKA_RESP_ERR_NO_ERROR ? records : -1;
}

// Seconds from the first record to the last; negative if the records do not come.
double Consume(rd_kafka_t* consumer, int64_t records) {
  Clock::time_point first;
  for (int64_t count = 0; count < records;) {
    rd_kafka_message_t* const message = rd_kafka_consumer_poll(consumer, kWaitMs);
    if (message == nullptr) return -1;
    const bool good = message->err == RD_KAFKA_RESP_ERR_NO_ERROR;
    if (!good) std::fprintf(stderr, "%s\n", rd_kafka_message_errstr(message));
    rd_kafka_message_destroy(message);
    if (good && count++ == 0) first = Clock::now();
  }
  return std::chrono::duration<double>(Clock::now() - first).count();
}

int Run(int argument_count, char** arguments) {
  if (argument_count != 4) {
    std::fputs("usage: bench_consume BROKERS TOPIC GROUP\n", stderr);
    return 3;
  }
  kafka::TuneAllocator();
  kafka::Options options;
  options.brokers = arguments[1];
  options.group = arguments[3];
  Result<kafka::Settings> settings = kafka::Settings::Make(options);
  if (!settings.ok()) {
    std::fprintf(stderr, "%s\n", settings.status().message().c_str());
    return 3;
  }
  Result<std::unique_ptr<kafka::Client>> client =
      kafka::Client::Create(settings.value(), kafka::Role::kGroup, {}, {}, {});
  if (!client.ok()) {
    std::fprintf(stderr, "%s\n", client.status().message().c_str());
    return 1;
  }
  rd_kafka_t* const consumer = client.value()->get();
  rd_kafka_poll_set_consumer(consumer);
  const int64_t records = AssignAll(consumer, arguments[2]);
  const double seconds = records > 0 ? Consume(consumer, records) : -1;
  rd_kafka_consumer_close(consumer);
  if (seconds < 0) {
    std::fprintf(stderr, "the topic %s cannot be read\n", arguments[2]);
    return 1;
  }
  std::printf("%" PRId64 " %.6f\n", records, seconds);
  return 0;
}

}  // namespace
}  // namespace riposte::bench

int main(int argc, char** argv) { return riposte::bench::Run(argc, argv); }
