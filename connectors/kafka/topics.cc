#include "connectors/kafka/topics.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "connectors/kafka/errors.h"

namespace riposte::kafka {
namespace {

constexpr int kAnswerTimeoutMs = 3000;
constexpr int kCreateTimeoutMs = 15000;
constexpr const char* kCompactedSegmentMs = "3600000";

struct Property {
  const char *name, *value;
};
// A segment is compacted only once the next one is begun: until then every record of it, also what
// was overwritten long ago, is read at each start.
constexpr std::array kControlSettings = {Property{"segment.ms", kCompactedSegmentMs}};
constexpr std::array kChangelogSettings = {Property{"segment.ms", kCompactedSegmentMs},
                                           Property{"segment.bytes", "67108864"}};

// One of our topics as it has to be.
struct Wanted {
  std::string name;
  int32_t partitions = 0;
  // Why the last value of each key must stay for ever; empty: records expire, by time or size.
  std::string_view kept_because{};
  bool append_time = false;  // somebody of ours relies on the broker's time of its records
  // Given to a topic that we make; one that is there may have others.
  std::span<const Property> settings{};

  bool compacted() const { return !kept_because.empty(); }
  const char* policy() const { return compacted() ? "compact" : "delete"; }
};

std::vector<Wanted> WantedTopics(const Options& options) {
  const auto wanted = [&](std::string_view name, bool append_time) {
    return Wanted{.name = options.topic_prefix + std::string(name),
                  .partitions = options.partitions,
                  .append_time = append_time};
  };
  Wanted changelog = wanted("changelog", false);
  changelog.kept_because = "the state of tasks would be lost";
  changelog.settings = kChangelogSettings;
  return {wanted("requests", true), wanted("commands", false),
          wanted("status", true),   wanted("alerts", false),
          wanted("audit", false),   wanted("dead-letter", false),
          wanted("shuffle", true),  changelog};
}

Wanted WantedControl(const Options& options) {
  return {.name = options.topic_prefix + "control",
          .partitions = 1,
          .kept_because = "settings would be forgotten",
          .append_time = true,
          .settings = kControlSettings};
}

struct MetadataDestroyer {
  void operator()(const struct rd_kafka_metadata* metadata) const {
    rd_kafka_metadata_destroy(metadata);
  }
};

struct AdminOptionsDestroyer {
  void operator()(rd_kafka_AdminOptions_t* options) const {
    rd_kafka_AdminOptions_destroy(options);
  }
};
struct NewTopicDestroyer {
  void operator()(rd_kafka_NewTopic_t* topic) const { rd_kafka_NewTopic_destroy(topic); }
};
struct ConfigResourceDestroyer {
  void operator()(rd_kafka_ConfigResource_t* config) const {
    rd_kafka_ConfigResource_destroy(config);
  }
};
using AdminOptionsPtr = std::unique_ptr<rd_kafka_AdminOptions_t, AdminOptionsDestroyer>;
using NewTopicPtr = std::unique_ptr<rd_kafka_NewTopic_t, NewTopicDestroyer>;
using ConfigResourcePtr = std::unique_ptr<rd_kafka_ConfigResource_t, ConfigResourceDestroyer>;

// An operation's answer, waited for.
class AdminCall {
 public:
  AdminCall(rd_kafka_t* client, rd_kafka_admin_op_t operation)
      : options_(rd_kafka_AdminOptions_new(client, operation)), queue_(rd_kafka_queue_new(client)) {
    std::array<char, 256> text{};
    rd_kafka_AdminOptions_set_request_timeout(options_.get(), kCreateTimeoutMs, text.data(),
                                              text.size());
  }
  const rd_kafka_AdminOptions_t* options() const { return options_.get(); }
  rd_kafka_queue_t* queue() const { return queue_.get(); }
  // Null if there is no answer in time.
  EventPtr Wait() const {
    return EventPtr(rd_kafka_queue_poll(queue_.get(), kCreateTimeoutMs + 1000));
  }

 private:
  AdminOptionsPtr options_;
  QueuePtr queue_;
};

Status CreateTopics(rd_kafka_t* client, const Options& options,
                    const std::vector<Wanted>& missing) {
  std::vector<NewTopicPtr> owners;
  std::vector<rd_kafka_NewTopic_t*> topics;
  std::array<char, 256> text{};
  for (const Wanted& wanted : missing) {
    rd_kafka_NewTopic_t* topic =
        rd_kafka_NewTopic_new(wanted.name.c_str(), wanted.partitions, options.replication_factor,
                              text.data(), text.size());
    if (topic == nullptr) {
      return {ErrorCode::kInvalidArgument, fmt::format("topic '{}': {}", wanted.name, text.data())};
    }
    owners.emplace_back(topic);
    topics.push_back(topic);
    rd_kafka_NewTopic_set_config(topic, "cleanup.policy", wanted.policy());
    for (const auto& [name, value] : wanted.settings) {
      rd_kafka_NewTopic_set_config(topic, name, value);
    }
    if (wanted.append_time) {
      rd_kafka_NewTopic_set_config(topic, "message.timestamp.type", "LogAppendTime");
    }
  }
  const AdminCall call(client, RD_KAFKA_ADMIN_OP_CREATETOPICS);
  rd_kafka_CreateTopics(client, topics.data(), topics.size(), call.options(), call.queue());
  const EventPtr event = call.Wait();
  if (!event) return {ErrorCode::kTimeout, "the brokers do not answer the creation of topics"};
  if (const rd_kafka_resp_err_t error = rd_kafka_event_error(event.get())) {
    return ToStatus(error, "our topics cannot be created");
  }
  size_t count = 0;
  const rd_kafka_topic_result_t** results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  for (size_t i = 0; i < count; ++i) {
    const rd_kafka_resp_err_t error = rd_kafka_topic_result_error(results[i]);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
      if (options.log) {
        options.log(LogLevel::kInfo, "topic-created",
                    fmt::format("created topic '{}'", rd_kafka_topic_result_name(results[i])));
      }
      continue;
    }
    // Another instance was quicker.
    if (error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) continue;
    const char* detail = rd_kafka_topic_result_error_string(results[i]);
    return ToStatus(error, fmt::format("topic '{}' cannot be created ({})",
                                       rd_kafka_topic_result_name(results[i]),
                                       detail == nullptr ? "no detail" : detail));
  }
  return Status::Ok();
}

using TopicConfig = std::map<std::string, std::string>;

// The configuration of each topic. A topic whose configuration may not be read is left out.
Result<std::map<std::string, TopicConfig>> DescribeTopics(rd_kafka_t* client,
                                                          const std::set<std::string>& names) {
  std::vector<ConfigResourcePtr> owners;
  std::vector<rd_kafka_ConfigResource_t*> resources;
  for (const std::string& name : names) {
    owners.emplace_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name.c_str()));
    resources.push_back(owners.back().get());
  }
  const AdminCall call(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
  rd_kafka_DescribeConfigs(client, resources.data(), resources.size(), call.options(),
                           call.queue());
  const EventPtr event = call.Wait();
  if (!event) return Status(ErrorCode::kTimeout, "the brokers do not tell the topics' settings");
  if (const rd_kafka_resp_err_t error = rd_kafka_event_error(event.get())) {
    return ToStatus(error, "the topics' settings cannot be read");
  }
  std::map<std::string, TopicConfig> configs;
  size_t count = 0;
  const rd_kafka_ConfigResource_t** results = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  for (size_t i = 0; i < count; ++i) {
    const rd_kafka_resp_err_t error = rd_kafka_ConfigResource_error(results[i]);
    if (IsRefusal(error)) continue;
    const char* name = rd_kafka_ConfigResource_name(results[i]);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return ToStatus(error, fmt::format("the settings of topic '{}' cannot be read", name));
    }
    size_t entries = 0;
    const rd_kafka_ConfigEntry_t** entry = rd_kafka_ConfigResource_configs(results[i], &entries);
    TopicConfig& config = configs[name];
    for (size_t j = 0; j < entries; ++j) {
      const char* value = rd_kafka_ConfigEntry_value(entry[j]);
      config[rd_kafka_ConfigEntry_name(entry[j])] = value == nullptr ? "" : value;
    }
  }
  return configs;
}

std::string_view Setting(const std::map<std::string, TopicConfig>& configs,
                         const std::string& topic, const std::string& name) {
  const auto config = configs.find(topic);
  if (config == configs.end()) return {};
  const auto setting = config->second.find(name);
  return setting == config->second.end() ? std::string_view() : setting->second;
}

// Empty: the settings may not be read.
template <typename T>
std::optional<T> Number(const std::map<std::string, TopicConfig>& configs, const std::string& topic,
                        const std::string& name) {
  const std::string_view text = Setting(configs, topic, name);
  T number{};
  const std::from_chars_result parsed =
      std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

void Warn(const Options& options, std::string_view code, std::string_view text) {
  if (options.log) options.log(LogLevel::kWarning, code, text);
}

// `policy` is what the topic has; empty: it may not be read, or nothing is ever cleaned up.
Status CheckPolicy(const Wanted& wanted, std::string_view policy) {
  const bool compacts = policy.find("compact") != std::string_view::npos;
  const bool deletes = policy.find("delete") != std::string_view::npos;
  if (wanted.compacted() ? !deletes : !compacts) return Status::Ok();
  return {ErrorCode::kInvalidArgument,
          fmt::format("topic '{}' has cleanup.policy={}, it must be {}: {}", wanted.name, policy,
                      wanted.policy(),
                      wanted.compacted() ? wanted.kept_because
                                         : "records with the same key would be lost")};
}

Status CheckOurs(const Options& options, const std::vector<Wanted>& ours,
                 const std::map<std::string, int32_t>& counts,
                 const std::map<std::string, TopicConfig>& configs) {
  for (const Wanted& wanted : ours) {
    const int32_t found = counts.at(wanted.name);
    if (found != wanted.partitions) {
      return {ErrorCode::kInvalidArgument,
              fmt::format("topic '{}' has {} partitions, the configuration says {}: the number is "
                          "fixed when our topics are made, correct the configuration",
                          wanted.name, found, wanted.partitions)};
    }
    RIPOSTE_TRY(CheckPolicy(wanted, Setting(configs, wanted.name, "cleanup.policy")));
    if (wanted.append_time &&
        Setting(configs, wanted.name, "message.timestamp.type") == "CreateTime") {
      Warn(options, "topic-create-time",
           fmt::format("topic '{}' has message.timestamp.type=CreateTime: the time at which it is "
                       "read counts as its records' time; set LogAppendTime",
                       wanted.name));
    }
  }
  return Status::Ok();
}

// Creates what is missing of `ours`. `counts` is brought up to date.
Status CreateMissing(Client& admin, const Options& options, const std::vector<Wanted>& ours,
                     std::map<std::string, int32_t>& counts) {
  std::vector<Wanted> missing;
  for (const Wanted& wanted : ours) {
    if (counts.at(wanted.name) == 0) missing.push_back(wanted);
  }
  if (missing.empty()) return Status::Ok();
  if (!options.create_topics) {
    return {
        ErrorCode::kNotFound,
        fmt::format("topic '{}' does not exist and topics are not to be created: create it with "
                    "{} partitions and cleanup.policy={}",
                    missing[0].name, missing[0].partitions, missing[0].policy())};
  }
  RIPOSTE_TRY(CreateTopics(admin.get(), options, missing));
  std::set<std::string> names;
  for (const Wanted& wanted : missing) names.insert(wanted.name);
  Result<std::map<std::string, int32_t>> now =
      PartitionCounts(admin.get(), names, kAnswerTimeoutMs);
  if (!now.ok()) return now.status();
  for (const auto& [name, count] : *now) {
    // Created, but not every broker knows it yet.
    if (count == 0) return {ErrorCode::kUnavailable, fmt::format("topic '{}' is being made", name)};
    counts[name] = count;
  }
  return Status::Ok();
}

// A time-out of a client whose credentials were refused is a refusal.
Status Explain(Client& admin, const Options& options, const Status& status) {
  if (status.code() != ErrorCode::kTimeout && status.code() != ErrorCode::kUnavailable) {
    return status;
  }
  if (const std::string_view refusal = admin.Refusal(); !refusal.empty()) {
    return {ErrorCode::kPermission,
            fmt::format("Kafka at {} refuses the connection: {}", options.brokers, refusal)};
  }
  return {status.code(), fmt::format("Kafka at {}: {}", options.brokers, status.message())};
}

Result<TopicFacts> CheckAll(Client& admin, const Options& options) {
  std::vector<Wanted> ours = WantedTopics(options);
  ours.push_back(WantedControl(options));
  std::set<std::string> names;
  for (const Wanted& wanted : ours) names.insert(wanted.name);
  for (const InputTopic& input : options.inputs) {
    if (names.contains(input.topic)) {
      return Status(ErrorCode::kInvalidArgument,
                    fmt::format("topic '{}' is one of ours and cannot be an input", input.topic));
    }
  }
  for (const InputTopic& input : options.inputs) names.insert(input.topic);
  Result<std::map<std::string, int32_t>> counts =
      PartitionCounts(admin.get(), names, kAnswerTimeoutMs);
  if (!counts.ok()) return counts.status();

  TopicFacts facts;
  for (const InputTopic& input : options.inputs) {
    const int32_t count = counts->at(input.topic);
    if (count == 0) {
      return Status(ErrorCode::kNotFound,
                    fmt::format("input topic '{}' does not exist on {}: create it, or correct the "
                                "inputs in the configuration",
                                input.topic, options.brokers));
    }
    facts.read_partitions += static_cast<size_t>(count);
  }
  if (options.state_tasks) facts.read_partitions += static_cast<size_t>(options.partitions);
  RIPOSTE_TRY(CreateMissing(admin, options, ours, *counts));
  const Result<std::map<std::string, TopicConfig>> configs = DescribeTopics(admin.get(), names);
  if (!configs.ok()) return configs.status();
  RIPOSTE_TRY(CheckOurs(options, ours, *counts, *configs));
  for (const InputTopic& input : options.inputs) {
    // Where the settings may not be read, each record says itself which time it carries.
    if (Setting(*configs, input.topic, "message.timestamp.type") != "CreateTime") continue;
    facts.create_time_inputs.insert(input.topic);
    Warn(options, "topic-create-time",
         fmt::format("input topic '{}' has message.timestamp.type=CreateTime: the time at which a "
                     "record is read counts as its append time; set LogAppendTime",
                     input.topic));
  }
  // The smallest of what the tasks write.
  const OutTopicNames outputs = OutTopics(options);
  for (const std::string& topic : outputs) {
    const size_t bytes = Number<size_t>(*configs, topic, "max.message.bytes").value_or(0);
    if (bytes > 0) facts.message_bytes_max = std::min(facts.message_bytes_max, bytes);
  }
  const std::optional<int64_t> retention = Number<int64_t>(
      *configs, NameOf(outputs, pipeline::OutTopic::kChangelog), "delete.retention.ms");
  if (retention) facts.changelog_delete_retention = Duration(*retention);
  return facts;
}

Status CheckControlAlone(Client& admin, const Options& options) {
  const std::vector<Wanted> ours = {WantedControl(options)};
  Result<std::map<std::string, int32_t>> counts =
      PartitionCounts(admin.get(), {ours[0].name}, kAnswerTimeoutMs);
  if (!counts.ok()) return counts.status();
  RIPOSTE_TRY(CreateMissing(admin, options, ours, *counts));
  const Result<std::map<std::string, TopicConfig>> configs =
      DescribeTopics(admin.get(), {ours[0].name});
  if (!configs.ok()) return configs.status();
  Options quiet = options;
  quiet.log = {};  // the connector warns about the same topic
  return CheckOurs(quiet, ours, *counts, *configs);
}

}  // namespace

Result<std::map<std::string, int32_t>> PartitionCounts(rd_kafka_t* client,
                                                       const std::set<std::string>& topics,
                                                       int timeout_ms) {
  std::map<std::string, int32_t> counts;
  for (const std::string& name : topics) {
    // One by one: a request for all topics of a large cluster would be far larger, and there are
    // few.
    const TopicPtr topic(rd_kafka_topic_new(client, name.c_str(), nullptr));
    if (!topic)
      return Status(ErrorCode::kInvalidArgument, fmt::format("no topic name: '{}'", name));
    const struct rd_kafka_metadata* raw = nullptr;
    const rd_kafka_resp_err_t error = rd_kafka_metadata(client, 0, topic.get(), &raw, timeout_ms);
    const std::unique_ptr<const struct rd_kafka_metadata, MetadataDestroyer> metadata(raw);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
      return ToStatus(error, "no answer to a metadata request");
    if (metadata->topic_cnt != 1) {
      return Status(ErrorCode::kUnavailable, fmt::format("no metadata of topic '{}'", name));
    }
    const rd_kafka_resp_err_t topic_error = metadata->topics[0].err;
    if (topic_error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
        topic_error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC) {
      counts[name] = 0;
      continue;
    }
    if (topic_error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return ToStatus(topic_error, fmt::format("topic '{}'", name));
    }
    counts[name] = metadata->topics[0].partition_cnt;
  }
  return counts;
}

Result<TopicFacts> CheckTopics(Client& admin, const Options& options) {
  Result<TopicFacts> facts = CheckAll(admin, options);
  if (facts.ok()) return facts;
  return Explain(admin, options, facts.status());
}

Status CheckControlTopic(Client& admin, const Options& options) {
  const Status status = CheckControlAlone(admin, options);
  return status.ok() ? status : Explain(admin, options, status);
}

std::string ShuffleTopic(const Options& options) {
  return NameOf(OutTopics(options), pipeline::OutTopic::kShuffle);
}

std::vector<std::string> ReadTopics(const Options& options) {
  std::vector<std::string> topics;
  topics.reserve(options.inputs.size() + 1);
  for (const InputTopic& input : options.inputs) topics.push_back(input.topic);
  if (options.state_tasks) topics.push_back(ShuffleTopic(options));
  return topics;
}

OutTopicNames OutTopics(const Options& options) {
  OutTopicNames names;
  for (size_t i = 0; i < names.size(); ++i) {
    names[i] = options.topic_prefix +
               std::string(pipeline::OutTopicName(static_cast<pipeline::OutTopic>(i)));
  }
  return names;
}

}  // namespace riposte::kafka
