#include "connectors/kafka/settings.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <memory>

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include "connectors/kafka/fetch_waker.h"

namespace riposte::kafka {
namespace {

struct Reserved {
  std::string_view property, why;
};

// What a wrong value of would break the promise of delivery, or what has a key of its own.
constexpr std::string_view kDelivery = "it is fixed, the promise of delivery rests on it";
constexpr std::string_view kInternal = "it is set by the program itself";
constexpr std::array kReserved = {
    Reserved{"bootstrap.servers", "use the option for the brokers"},
    Reserved{"metadata.broker.list", "use the option for the brokers"},
    Reserved{"group.id", "use the option for the group"},
    Reserved{"group.instance.id", "use the option for the instance id"},
    Reserved{"auto.offset.reset", "use the options for the start and for expired offsets"},
    Reserved{"queued.max.messages.kbytes", "use the option for the prefetch budget"},
    Reserved{"transaction.timeout.ms", "use the option for the transaction timeout"},
    Reserved{"enable.auto.commit", kDelivery},
    Reserved{"auto.commit.enable", kDelivery},
    Reserved{"auto.commit.interval.ms", kDelivery},
    Reserved{"enable.auto.offset.store", kDelivery},
    Reserved{"offset.store.method", kDelivery},
    Reserved{"isolation.level", kDelivery},
    Reserved{"transactional.id", kDelivery},
    Reserved{"enable.idempotence", kDelivery},
    Reserved{"enable.gapless.guarantee", kDelivery},
    Reserved{"acks", kDelivery},
    Reserved{"request.required.acks", kDelivery},
    Reserved{"max.in.flight", kDelivery},
    Reserved{"max.in.flight.requests.per.connection", kDelivery},
    Reserved{"retries", kDelivery},
    Reserved{"message.send.max.retries", kDelivery},
    Reserved{"message.timeout.ms", kDelivery},
    Reserved{"delivery.timeout.ms", kDelivery},
    Reserved{"partitioner", "it is fixed, every client must find the same partition for a key"},
    Reserved{"partition.assignment.strategy", kDelivery},
    Reserved{"group.protocol", kDelivery},
    Reserved{"check.crcs", kDelivery},
    Reserved{"message.max.bytes", "it follows from the topics' max.message.bytes"},
    Reserved{"allow.auto.create.topics", "topics are checked and created at start"},
    Reserved{"enable.partition.eof", kInternal},
    Reserved{"enabled_events", kInternal},
    Reserved{"delivery.report.only.error", kInternal},
    Reserved{"dr_cb", kInternal},
    Reserved{"dr_msg_cb", kInternal},
    Reserved{"error_cb", kInternal},
    Reserved{"log_cb", kInternal},
    Reserved{"log.queue", kInternal},
    Reserved{"stats_cb", kInternal},
    Reserved{"throttle_cb", kInternal},
    Reserved{"rebalance_cb", kInternal},
    Reserved{"offset_commit_cb", kInternal},
    Reserved{"consume_cb", kInternal},
    Reserved{"background_event_cb", kInternal},
    Reserved{"partitioner_cb", kInternal},
    Reserved{"opaque", kInternal},
    Reserved{"default_topic_conf", kInternal},
    Reserved{"interceptors", kInternal},
};

constexpr std::array<std::string_view, 9> kSecrets = {
    "sasl.password",
    "ssl.key.password",
    "ssl.key.pem",
    "ssl_key",
    "ssl.keystore.password",
    "ssl.provider.password",
    "sasl.oauthbearer.client.secret",
    "sasl.oauthbearer.config",
    "ssl.engine.password",
};

constexpr std::string_view kFileSuffix = "_file";

Result<std::string> ReadSecret(const std::string& property, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file) {
    return Status(ErrorCode::kIo, fmt::format("{}: cannot read the file '{}'", property, path));
  }
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

struct ConfDestroyer {
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
};

Status TryProperty(rd_kafka_conf_t* conf, const std::string& property, const std::string& value) {
  std::array<char, 512> text{};
  const rd_kafka_conf_res_t result =
      rd_kafka_conf_set(conf, property.c_str(), value.c_str(), text.data(), text.size());
  if (result == RD_KAFKA_CONF_OK) return Status::Ok();
  if (result == RD_KAFKA_CONF_UNKNOWN) {
    return {ErrorCode::kInvalidArgument,
            fmt::format("Kafka property '{}' is not known to librdkafka {}", property,
                        rd_kafka_version_str())};
  }
  // The library's sentence quotes the value, which a secret must not be.
  if (IsSecret(property)) {
    return {ErrorCode::kInvalidArgument,
            fmt::format("Kafka property '{}': the value is not accepted", property)};
  }
  return {ErrorCode::kInvalidArgument,
          fmt::format("Kafka property '{}': {}", property, text.data())};
}

// A property as the operator wrote it: resolved into `properties`, or refused.
Status AddProperty(const std::string& written, const std::string& value, PropertyMap& properties) {
  const bool from_file = std::string_view(written).ends_with(kFileSuffix);
  const std::string property =
      from_file ? written.substr(0, written.size() - kFileSuffix.size()) : written;
  if (const std::string_view why = WhyReserved(property); !why.empty()) {
    return {ErrorCode::kInvalidArgument,
            fmt::format("Kafka property '{}' cannot be set: {}", property, why)};
  }
  if (IsSecret(property) && !from_file) {
    return {ErrorCode::kInvalidArgument,
            fmt::format("Kafka property '{}' is a secret: give '{}_file' with the path of a file "
                        "that holds it, or set it in the environment",
                        property, property)};
  }
  if (!from_file) {
    properties[property] = value;
    return Status::Ok();
  }
  Result<std::string> secret = ReadSecret(written, value);
  if (!secret.ok()) return secret.status();
  properties[property] = std::move(secret).value();
  return Status::Ok();
}

Status CheckOptions(const Options& options) {
  const auto wrong = [](std::string text) {
    return Status(ErrorCode::kInvalidArgument, std::move(text));
  };
  if (options.brokers.empty()) return wrong("no Kafka brokers are configured");
  if (options.group.empty()) return wrong("the Kafka group has no name");
  if (options.application.empty()) return wrong("the Kafka application name is empty");
  if (options.partitions < 1) {
    return wrong(fmt::format("{} partitions for our topics: at least 1", options.partitions));
  }
  if (options.state_tasks && options.delivery == DeliveryMode::kAtLeastOnce) {
    return wrong("windows need 'delivery: exactly_once': at_least_once keeps no state");
  }
  if (options.transaction_timeout < Duration(1000)) {
    return wrong("the transaction timeout is below 1 s");
  }
  for (size_t i = 0; i < options.inputs.size(); ++i) {
    const std::string& topic = options.inputs[i].topic;
    if (topic.empty()) return wrong("an input topic has no name");
    for (size_t j = 0; j < i; ++j) {
      if (options.inputs[j].topic == topic) {
        return wrong(fmt::format("input topic '{}' is listed twice", topic));
      }
    }
  }
  return Status::Ok();
}

}  // namespace

std::string_view WhyReserved(std::string_view property) {
  const auto* found =
      std::find_if(kReserved.begin(), kReserved.end(),
                   [&](const Reserved& reserved) { return reserved.property == property; });
  return found == kReserved.end() ? std::string_view() : found->why;
}

bool IsSecret(std::string_view property) {
  return std::find(kSecrets.begin(), kSecrets.end(), property) != kSecrets.end();
}

Result<Settings> Settings::Make(const Options& options) {
  RIPOSTE_TRY(CheckOptions(options));
  Settings settings;
  for (const auto& [property, value] : options.properties) {
    RIPOSTE_TRY(AddProperty(property, value, settings.operator_properties_));
  }
  for (const auto& [property, value] : options.secrets) {
    if (const std::string_view why = WhyReserved(property); !why.empty()) {
      return Status(ErrorCode::kInvalidArgument,
                    fmt::format("Kafka property '{}' cannot be set: {}", property, why));
    }
    settings.operator_properties_[property] = value;
  }
  const std::unique_ptr<rd_kafka_conf_t, ConfDestroyer> conf(rd_kafka_conf_new());
  for (const auto& [property, value] : settings.operator_properties_) {
    RIPOSTE_TRY(TryProperty(conf.get(), property, value));
  }
  settings.ours_["bootstrap.servers"] = options.brokers;
  RIPOSTE_TRY(TryProperty(conf.get(), "bootstrap.servers", options.brokers));
  settings.group_ = options.group;
  settings.instance_id_ = options.instance_id;
  settings.transaction_timeout_ms_ = options.transaction_timeout.count();
  return settings;
}

bool IsConsumer(Role role) {
  return role == Role::kGroup || role == Role::kControlReader || role == Role::kChangelogReader;
}

PropertyMap Settings::For(Role role) const {
  // Defaults of ours first, then the operator's, then what is fixed.
  // A broker that comes back is noticed within seconds.
  PropertyMap properties = {{"client.id", "riposte"}, {"reconnect.backoff.max.ms", "2000"}};
  PropertyMap fixed = ours_;
  fixed["allow.auto.create.topics"] = "false";
  if (IsConsumer(role)) {
    // Large fetches fault in fresh pages and a full prefetch queue makes the fetcher sleep: bound
    // the bytes, not the count.
    properties["fetch.max.bytes"] = "1048576";
    properties["queued.min.messages"] = "1000000";
    properties["topic.metadata.refresh.interval.ms"] = "30000";
    // One fetch is under way per broker. While it waits for partitions that are at their end, those
    // that are behind wait, too.
    properties["fetch.wait.max.ms"] = "20";
    // What FetchWaker is for elsewhere.
    if (!FetchWaker::Needed()) properties["fetch.queue.backoff.ms"] = "10";
    fixed["check.crcs"] = "true";
    fixed["enable.partition.eof"] = "true";
    fixed["isolation.level"] = "read_committed";
  } else {
    properties["compression.type"] = "lz4";
    fixed["partitioner"] = "murmur2_random";  // as Java's clients: the same key, the same partition
  }
  if (role == Role::kGroup) {
    fixed["group.id"] = group_;
    if (!instance_id_.empty()) fixed["group.instance.id"] = instance_id_;
    fixed["enable.auto.commit"] = "false";
    fixed["enable.auto.offset.store"] = "false";
    fixed["auto.offset.reset"] = "error";
    fixed["partition.assignment.strategy"] = "range";
  }
  if (role == Role::kControlReader) {
    fixed["auto.offset.reset"] = "earliest";
  }
  if (role == Role::kChangelogReader) {
    fixed["auto.offset.reset"] = "error";
  }
  if (role == Role::kTask) {
    fixed["transaction.timeout.ms"] = std::to_string(transaction_timeout_ms_);
    fixed["message.timeout.ms"] = std::to_string(transaction_timeout_ms_);
  }
  if (role == Role::kFlushingTask) {
    fixed["enable.idempotence"] = "true";
    fixed["acks"] = "all";
    // What ends the wait is the group: a record that is given up would have to be sent again by
    // another producer, and might then overtake what is still under way.
    fixed["message.timeout.ms"] = "0";
  }
  if (role == Role::kControlWriter) {
    fixed["enable.idempotence"] = "true";
    fixed["message.timeout.ms"] = "10000";
  }
  for (const auto& [property, value] : operator_properties_) {
    // One name, two spellings: the operator's must not stand beside our default.
    if (property == "compression.codec") properties.erase("compression.type");
    properties[property] = value;
  }
  for (const auto& [property, value] : fixed) properties[property] = value;
  return properties;
}

}  // namespace riposte::kafka
