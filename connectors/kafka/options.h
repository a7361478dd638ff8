// What the Kafka connector is told by the configuration. Plain data.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace riposte::kafka {

enum class LogLevel : uint8_t { kDebug, kInfo, kWarning, kError };

// Where the connector's messages go; `code` is a stable kebab-case name. Called from any thread,
// also from the client library's own: it must not block for long and not call back into the
// connector.
using Log = std::function<void(LogLevel level, std::string_view code, std::string_view message)>;

// An input topic and the event profile of its records.
struct InputTopic {
  std::string topic;
  std::string profile;
};

// Where to begin when the group has no committed offset in any partition of a topic.
enum class StartAt : uint8_t { kEarliest, kLatest };

// What to do when a committed offset is no longer (or not yet) in the topic. kFail until the
// operator has chosen: each of the others skips or repeats records.
enum class OnExpired : uint8_t { kFail, kEarliest, kLatest };

enum class DeliveryMode : uint8_t {
  kExactlyOnce,  // a transaction a batch; the brokers must have transactions
  kAtLeastOnce,  // outputs, then the offset: after a fault outputs may be there again, ids included
};

struct Options {
  std::string brokers;  // "host:port,host:port"
  // Any further property of librdkafka, TLS and SASL included. A value that is a secret comes from
  // a file:
  // `<property>_file` with its path (one trailing newline is cut off).
  std::map<std::string, std::string> properties;
  // Secrets that came from the environment: property -> value.
  std::map<std::string, std::string> secrets;

  DeliveryMode delivery = DeliveryMode::kExactlyOnce;
  std::string application = "riposte";  // first part of each transactional.id
  std::string group = "riposte";
  std::string instance_id;  // static membership; empty: dynamic
  std::vector<InputTopic> inputs;
  std::optional<StartAt> start;  // needed for a first run only
  OnExpired on_expired = OnExpired::kFail;

  // Our topics: `<topic_prefix>commands` and so on.
  std::string topic_prefix = "riposte.";
  int32_t partitions = 4;           // of each of our topics but control, fixed when they are made
  int16_t replication_factor = -1;  // for topics that are created; -1: the broker's default
  bool create_topics = true;
  // Whether tasks keep windows: `partitions` state tasks, each with its partition of shuffle and
  // changelog. Only with kExactlyOnce.
  bool state_tasks = false;

  size_t prefetch_bytes = 64u << 20;  // one budget for all input partitions together
  // How long a transaction is retried before its outcome counts as unknown, and how long an
  // abandoned one may block readers (transaction.timeout.ms).
  Duration transaction_timeout{15000};
  // How long a revocation waits for an open transaction before it is given up.
  Duration revoke_timeout{10000};

  Log log;  // may be empty
};

}  // namespace riposte::kafka
