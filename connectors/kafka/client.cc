#include "connectors/kafka/client.h"

#include <array>

#include <fmt/format.h>

namespace riposte::kafka {
namespace {

// Syslog's levels, which librdkafka uses.
LogLevel LevelOf(int syslog) {
  if (syslog <= 3) return LogLevel::kError;
  if (syslog == 4) return LogLevel::kWarning;
  return syslog <= 6 ? LogLevel::kInfo : LogLevel::kDebug;
}

// Numbers of the protocol's requests.
constexpr int16_t kEndTxn = 26;
constexpr int16_t kTxnOffsetCommit = 28;

// The bit of a request in Client::unanswered_; 0 for those that may come twice.
uint32_t BitOf(int16_t api) {
  if (api == kEndTxn) return 1;
  return api == kTxnOffsetCommit ? 2 : 0;
}

}  // namespace

Client::Client(Log log, ClientCallbacks callbacks)
    : log_(std::move(log)), callbacks_(std::move(callbacks)) {}

Client::~Client() {
  if (handle_ == nullptr) return;
  // Records of an abandoned transaction must not hold up the end.
  if (rd_kafka_type(handle_) == RD_KAFKA_PRODUCER) {
    rd_kafka_purge(handle_, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  }
  callbacks_ = {};
  rd_kafka_destroy_flags(handle_, destroy_flags_);
}

Result<std::unique_ptr<Client>> Client::Create(const Settings& settings, Role role,
                                               const PropertyMap& more, Log log,
                                               ClientCallbacks callbacks) {
  std::unique_ptr<Client> client(new Client(std::move(log), std::move(callbacks)));
  PropertyMap properties = settings.For(role);
  for (const auto& [property, value] : more) properties[property] = value;
  std::array<char, 512> text{};
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  for (const auto& [property, value] : properties) {
    if (rd_kafka_conf_set(conf, property.c_str(), value.c_str(), text.data(), text.size()) ==
        RD_KAFKA_CONF_OK) {
      continue;
    }
    rd_kafka_conf_destroy(conf);
    return Status(ErrorCode::kInvalidArgument,
                  fmt::format("Kafka property '{}': {}", property,
                              IsSecret(property) ? "the value is not accepted" : text.data()));
  }
  rd_kafka_conf_set_opaque(conf, client.get());
  rd_kafka_conf_set_log_cb(conf, &Client::OnLog);
  rd_kafka_conf_set_error_cb(conf, &Client::OnError);
  if (role == Role::kGroup) rd_kafka_conf_set_rebalance_cb(conf, &Client::OnRebalance);
  if (!IsConsumer(role)) rd_kafka_conf_set_dr_msg_cb(conf, &Client::OnDelivery);
  if (role == Role::kTask) {
    rd_kafka_conf_interceptor_add_on_new(conf, "riposte", &Client::OnNew, client.get());
  }
  client->handle_ = rd_kafka_new(IsConsumer(role) ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER, conf,
                                 text.data(), text.size());
  if (client->handle_ == nullptr) {
    rd_kafka_conf_destroy(conf);
    return Status(ErrorCode::kInvalidArgument, fmt::format("Kafka client: {}", text.data()));
  }
  return client;
}

void Client::Abandon(std::unique_ptr<Client> client) {
  rd_kafka_set_log_level(client->handle_, 0);
  client->callbacks_ = {};
  // Its threads live on and may still look at it.
  static_cast<void>(client.release());
}

std::string_view Client::Refusal() {
  rd_kafka_poll(handle_, 0);
  return refusal_;
}

void Client::OnLog(const rd_kafka_t* handle, int level, const char* facility, const char* text) {
  const Client* client = static_cast<const Client*>(rd_kafka_opaque(handle));
  if (client == nullptr || !client->log_) return;
  // One set of properties serves producers and consumers; each ignores the other's.
  if (std::string_view(facility) == "CONFWARN") return;
  // One lost connection of several is no event for an operator; the loss of all is told by
  // on_error.
  const LogLevel ours = std::string_view(facility) == "FAIL" ? LogLevel::kInfo : LevelOf(level);
  client->log_(ours, "kafka-client", fmt::format("{}: {}", facility, text));
}

void Client::OnError(rd_kafka_t* handle, int error, const char* reason, void* opaque) {
  Client* client = static_cast<Client*>(opaque);
  rd_kafka_resp_err_t code = static_cast<rd_kafka_resp_err_t>(error);
  std::string text = reason == nullptr ? "" : reason;
  const bool fatal = code == RD_KAFKA_RESP_ERR__FATAL;
  if (fatal) {
    std::array<char, 512> detail{};
    code = rd_kafka_fatal_error(handle, detail.data(), detail.size());
    text = detail.data();
  }
  if (code == RD_KAFKA_RESP_ERR__AUTHENTICATION || code == RD_KAFKA_RESP_ERR__SSL) {
    client->refusal_ = text;
  }
  if (client->callbacks_.on_error) client->callbacks_.on_error(code, fatal, text);
}

void Client::OnRebalance(rd_kafka_t*, rd_kafka_resp_err_t event,
                         rd_kafka_topic_partition_list_t* partitions, void* opaque) {
  const Client* client = static_cast<const Client*>(opaque);
  if (client->callbacks_.on_rebalance) client->callbacks_.on_rebalance(event, partitions);
}

void Client::OnDelivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  const Client* client = static_cast<const Client*>(opaque);
  if (client->callbacks_.on_delivery) client->callbacks_.on_delivery(*message);
}

rd_kafka_resp_err_t Client::OnNew(rd_kafka_t* handle, const rd_kafka_conf_t*, void* opaque, char*,
                                  size_t) {
  const rd_kafka_resp_err_t error =
      rd_kafka_interceptor_add_on_request_sent(handle, "riposte", &Client::OnSent, opaque);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return error;
  return rd_kafka_interceptor_add_on_response_received(handle, "riposte", &Client::OnAnswered,
                                                       opaque);
}

// Of each kind one is under way at a time, so a second one follows an answer or the loss of one.
rd_kafka_resp_err_t Client::OnSent(rd_kafka_t*, int, const char*, int32_t, int16_t api, int16_t,
                                   int32_t, size_t, void* opaque) {
  Client* client = static_cast<Client*>(opaque);
  const uint32_t bit = BitOf(api);
  if ((client->unanswered_.fetch_or(bit) & bit) != 0) {
    client->answer_lost_.store(true, std::memory_order_release);
  }
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

// Called with an error where there is no answer, and more than once for one that there is.
rd_kafka_resp_err_t Client::OnAnswered(rd_kafka_t*, int, const char*, int32_t, int16_t api, int16_t,
                                       int32_t, size_t, int64_t, rd_kafka_resp_err_t error,
                                       void* opaque) {
  Client* client = static_cast<Client*>(opaque);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) client->unanswered_.fetch_and(~BitOf(api));
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

PartitionListPtr NewPartitionList(size_t size) {
  return PartitionListPtr(rd_kafka_topic_partition_list_new(static_cast<int>(size)));
}

}  // namespace riposte::kafka
