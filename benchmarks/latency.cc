// How long an input record takes until what it leads to can be read, as an outside observer sees
// it: one record at a time goes to INPUT, and the next one only after its answer was read from
// OUTPUT, read_committed.
//   bench_latency BROKERS INPUT OUTPUT COUNT INTERVAL_MS home|away <TEMPLATE
// TEMPLATE is the record, with @ASSET@ where the asset's id stands, a new one each time, and @TIME@
// where the time does. It goes to the partition that the asset's id leads to (home), or to the one
// behind it (away). The first record of OUTPUT that has the id in it is the answer.
// One line a record on stdout: microseconds from its append, as the broker timed it (INPUT needs
// message.timestamp.type=LogAppendTime; the broker's clock is taken to be this machine's, and knows
// whole milliseconds only), to the answer. Exit codes: 0 measured, 1 failed, 3 usage.
#include <chrono>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include <librdkafka/rdkafka.h>

#include "base/time.h"
#include "base/uuid.h"
#include "benchmarks/topic_reader.h"
#include "connectors/kafka/client.h"
#include "connectors/kafka/options.h"
#include "connectors/kafka/settings.h"
#include "engine/pipeline/owner.h"

namespace riposte::bench {
namespace {

using std::chrono::microseconds;
using std::chrono::steady_clock;
using std::chrono::system_clock;

constexpr int kWaitMs = 10'000;

std::string Filled(std::string text, std::string_view placeholder, std::string_view value) {
  for (size_t at = text.find(placeholder); at != std::string::npos;
       at = text.find(placeholder, at + value.size()))
    text.replace(at, placeholder.size(), value);
  return text;
}

// Writes records one at a time and learns when the broker appended them.
class Feed {
 public:
  // False: no client can be made, or the topic cannot be found.
  bool Open(const kafka::Settings& settings, const char* topic) {
    kafka::ClientCallbacks callbacks;
    callbacks.on_delivery = [this](const rd_kafka_message_t& message) {
      delivered_ = true;
      rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
      const int64_t ms = rd_kafka_message_timestamp(&message, &type);
      if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR && type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME)
        appended_ms_ = ms;
    };
    Result<std::unique_ptr<kafka::Client>> client =
        kafka::Client::Create(settings, kafka::Role::kControlWriter, {}, {}, std::move(callbacks));
    if (!client.ok()) return false;
    client_ = std::move(client).value();
    topic_.reset(rd_kafka_topic_new(client_->get(), topic, nullptr));
    partitions_ = PartitionCount(client_->get(), topic_.get());
    return partitions_ > 0;
  }

  // When the record was appended, since the epoch; negative: it was not, or nobody says when.
  int64_t Put(std::string_view asset, const std::string& value, bool away) {
    const uint32_t home = pipeline::PartitionHash(asset) % static_cast<uint32_t>(partitions_);
    const int32_t partition = (static_cast<int32_t>(home) + (away ? 1 : 0)) % partitions_;
    delivered_ = false;
    appended_ms_ = -1;
    std::string copy = value;
    if (rd_kafka_produce(topic_.get(), partition, RD_KAFKA_MSG_F_COPY, copy.data(), copy.size(),
                         asset.data(), asset.size(), nullptr) != 0)
      return -1;
    while (!delivered_) rd_kafka_poll(client_->get(), 1);
    return appended_ms_;
  }

 private:
  std::unique_ptr<kafka::Client> client_;
  kafka::TopicPtr topic_;  // destroyed before the client
  int32_t partitions_ = 0;
  bool delivered_ = false;
  int64_t appended_ms_ = -1;
};

// Waits for the record of `reader` with `asset` in it. False: none comes.
bool Await(rd_kafka_t* reader, std::string_view asset) {
  const steady_clock::time_point deadline =
      steady_clock::now() + std::chrono::milliseconds(kWaitMs);
  while (steady_clock::now() < deadline) {
    const kafka::MessagePtr message(rd_kafka_consumer_poll(reader, kWaitMs));
    if (message == nullptr || message->err != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    const std::string_view value(static_cast<const char*>(message->payload), message->len);
    if (value.find(asset) != std::string_view::npos) return true;
  }
  return false;
}

struct Plan {
  const char* input;
  const char* output;
  int count;
  std::chrono::milliseconds interval;
  bool away;
  std::string record;
};

bool Measure(const Plan& plan, const kafka::Settings& settings, rd_kafka_t* reader) {
  Feed feed;
  if (!feed.Open(settings, plan.input) || !AssignEnds(reader, plan.output)) return false;
  const std::string run = Uuid::Random().ToString();
  for (int i = 0; i < plan.count; ++i) {
    const steady_clock::time_point next = steady_clock::now() + plan.interval;
    const std::string asset = run + "-" + std::to_string(i);
    const Time now = std::chrono::time_point_cast<Duration>(system_clock::now());
    const std::string value =
        Filled(Filled(plan.record, "@ASSET@", asset), "@TIME@", FormatTime(now));
    const int64_t appended_ms = feed.Put(asset, value, plan.away);
    if (appended_ms < 0) {
      std::fprintf(stderr, "%s: no append time\n", plan.input);
      return false;
    }
    if (!Await(reader, asset)) {
      std::fprintf(stderr, "%s: no answer to record %d\n", plan.output, i);
      return false;
    }
    const auto read_at =
        std::chrono::duration_cast<microseconds>(system_clock::now().time_since_epoch());
    std::printf("%" PRId64 "\n", static_cast<int64_t>(read_at.count()) - appended_ms * 1000);
    std::this_thread::sleep_until(next);
  }
  return true;
}

int Run(int argument_count, char** arguments) {
  const std::string_view where = argument_count == 7 ? arguments[6] : "";
  if (where != "home" && where != "away") {
    std::fputs("usage: bench_latency BROKERS INPUT OUTPUT COUNT INTERVAL_MS home|away <TEMPLATE\n",
               stderr);
    return 3;
  }
  std::string record{std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
  if (record.ends_with('\n')) record.pop_back();
  const Plan plan{.input = arguments[2],
                  .output = arguments[3],
                  .count = std::atoi(arguments[4]),
                  .interval = std::chrono::milliseconds(std::atoi(arguments[5])),
                  .away = where == "away",
                  .record = std::move(record)};
  kafka::Options options;
  options.brokers = arguments[1];
  options.group = "bench-latency";
  Result<kafka::Settings> settings = kafka::Settings::Make(options);
  if (!settings.ok()) {
    std::fprintf(stderr, "%s\n", settings.status().message().c_str());
    return 3;
  }
  Result<std::unique_ptr<kafka::Client>> reader =
      kafka::Client::Create(settings.value(), kafka::Role::kGroup, {}, {}, {});
  if (!reader.ok()) {
    std::fprintf(stderr, "%s\n", reader.status().message().c_str());
    return 1;
  }
  rd_kafka_poll_set_consumer(reader.value()->get());
  const bool good = Measure(plan, settings.value(), reader.value()->get());
  rd_kafka_consumer_close(reader.value()->get());
  return good ? 0 : 1;
}

}  // namespace
}  // namespace riposte::bench

int main(int argc, char** argv) { return riposte::bench::Run(argc, argv); }
