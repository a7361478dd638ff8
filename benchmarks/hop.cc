// The reference of the latency figures: a hop and nothing else. Each record of a topic goes on to
// another one in a transaction of its own, with its offset, by clients of the engine's settings.
//   bench_hop BROKERS INPUT OUTPUT GROUP
// Begins at the ends that INPUT's partitions have at the start, says "ready" on stdout, and goes on
// until SIGTERM. Exit codes: 0 ended by it, 1 failed, 3 usage.
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include <librdkafka/rdkafka.h>

#include "benchmarks/topic_reader.h"
#include "connectors/kafka/client.h"
#include "connectors/kafka/options.h"
#include "connectors/kafka/settings.h"

namespace riposte::bench {
namespace {

constexpr int kWaitMs = 10'000;
constexpr int kPollMs = 100;

volatile std::sig_atomic_t ended = 0;

bool Failed(rd_kafka_resp_err_t error, const char* what) {
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return false;
  std::fprintf(stderr, "%s: %s\n", what, rd_kafka_err2str(error));
  return true;
}

bool Failed(rd_kafka_error_t* error, const char* what) {
  const kafka::ErrorPtr owned(error);
  return owned != nullptr && Failed(rd_kafka_error_code(error), what);
}

class Hop {
 public:
  Hop(rd_kafka_t* consumer, rd_kafka_t* producer, const char* output)
      : consumer_(consumer),
        producer_(producer),
        output_(rd_kafka_topic_new(producer, output, nullptr)),
        group_(rd_kafka_consumer_group_metadata(consumer)) {}

  // One transaction with the record and the offset behind it.
  bool Forward(const rd_kafka_message_t& message) {
    if (Failed(rd_kafka_begin_transaction(producer_), "begin")) return false;
    if (rd_kafka_produce(output_.get(), RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, message.payload,
                         message.len, message.key, message.key_len, nullptr) != 0)
      return !Failed(rd_kafka_last_error(), "produce");
    const kafka::PartitionListPtr next = kafka::NewPartitionList(1);
    rd_kafka_topic_partition_list_add(next.get(), rd_kafka_topic_name(message.rkt),
                                      message.partition)
        ->offset = message.offset + 1;
    if (Failed(rd_kafka_send_offsets_to_transaction(producer_, next.get(), group_.get(), kWaitMs),
               "offsets"))
      return false;
    return !Failed(rd_kafka_commit_transaction(producer_, kWaitMs), "commit");
  }

  // Until SIGTERM. False: something failed.
  bool Run() {
    while (ended == 0) {
      const kafka::MessagePtr message(rd_kafka_consumer_poll(consumer_, kPollMs));
      if (message == nullptr) continue;
      if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) continue;
      if (Failed(message->err, "consume") || !Forward(*message)) return false;
    }
    return true;
  }

 private:
  rd_kafka_t* consumer_;
  rd_kafka_t* producer_;
  kafka::TopicPtr output_;
  kafka::GroupMetadataPtr group_;
};

Result<std::unique_ptr<kafka::Client>> MakeProducer(const kafka::Settings& settings,
                                                    const std::string& group) {
  return kafka::Client::Create(settings, kafka::Role::kTask, {{"transactional.id", group}}, {}, {});
}

int Run(int argument_count, char** arguments) {
  if (argument_count != 5) {
    std::fputs("usage: bench_hop BROKERS INPUT OUTPUT GROUP\n", stderr);
    return 3;
  }
  kafka::Options options;
  options.brokers = arguments[1];
  options.group = arguments[4];
  Result<kafka::Settings> settings = kafka::Settings::Make(options);
  if (!settings.ok()) {
    std::fprintf(stderr, "%s\n", settings.status().message().c_str());
    return 3;
  }
  Result<std::unique_ptr<kafka::Client>> consumer =
      kafka::Client::Create(settings.value(), kafka::Role::kGroup, {}, {}, {});
  Result<std::unique_ptr<kafka::Client>> producer = MakeProducer(settings.value(), options.group);
  if (!consumer.ok() || !producer.ok()) {
    std::fputs("the clients cannot be made\n", stderr);
    return 1;
  }
  rd_kafka_t* const reader = consumer.value()->get();
  rd_kafka_poll_set_consumer(reader);
  if (Failed(rd_kafka_init_transactions(producer.value()->get(), kWaitMs), "start")) return 1;
  if (!AssignEnds(reader, arguments[2])) return 1;
  std::signal(SIGTERM, [](int) { ended = 1; });
  std::puts("ready");
  std::fflush(stdout);
  const bool good = Hop(reader, producer.value()->get(), arguments[3]).Run();
  rd_kafka_consumer_close(reader);
  return good ? 0 : 1;
}

}  // namespace
}  // namespace riposte::bench

int main(int argc, char** argv) { return riposte::bench::Run(argc, argv); }
