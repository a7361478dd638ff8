// librdkafka's objects with owners, and one client handle with its callbacks.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <librdkafka/rdkafka.h>

#include "base/result.h"
#include "connectors/kafka/options.h"
#include "connectors/kafka/settings.h"

namespace riposte::kafka {

template <auto kDestroy>
struct Destroyer {
  template <typename T>
  void operator()(T* object) const {
    kDestroy(object);
  }
};
using ErrorPtr = std::unique_ptr<rd_kafka_error_t, Destroyer<&rd_kafka_error_destroy>>;
using MessagePtr = std::unique_ptr<rd_kafka_message_t, Destroyer<&rd_kafka_message_destroy>>;
using TopicPtr = std::unique_ptr<rd_kafka_topic_t, Destroyer<&rd_kafka_topic_destroy>>;
using QueuePtr = std::unique_ptr<rd_kafka_queue_t, Destroyer<&rd_kafka_queue_destroy>>;
using EventPtr = std::unique_ptr<rd_kafka_event_t, Destroyer<&rd_kafka_event_destroy>>;
using PartitionListPtr = std::unique_ptr<rd_kafka_topic_partition_list_t,
                                         Destroyer<&rd_kafka_topic_partition_list_destroy>>;
using GroupMetadataPtr = std::unique_ptr<rd_kafka_consumer_group_metadata_t,
                                         Destroyer<&rd_kafka_consumer_group_metadata_destroy>>;

// What a client tells, while one of its queues is polled, on the polling thread.
struct ClientCallbacks {
  // An error of the client as a whole. `fatal`: the handle is of no more use.
  std::function<void(rd_kafka_resp_err_t error, bool fatal, std::string_view text)> on_error;
  // Consumers: RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS or RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS.
  std::function<void(rd_kafka_resp_err_t event, rd_kafka_topic_partition_list_t* partitions)>
      on_rebalance;
  // Producers: each record's end.
  std::function<void(const rd_kafka_message_t& message)> on_delivery;
};

// One handle of librdkafka with its threads. Destroying it may take some milliseconds.
class Client {
 public:
  // `more` are properties of ours on top of the settings. kInvalidArgument: a combination of
  // properties that librdkafka refuses.
  static Result<std::unique_ptr<Client>> Create(const Settings& settings, Role role,
                                                const PropertyMap& more, Log log,
                                                ClientCallbacks callbacks);
  ~Client();
  Client(const Client&) = delete;  // librdkafka holds its address
  Client& operator=(const Client&) = delete;

  rd_kafka_t* get() const { return handle_; }
  // Destroys a consumer without the close protocol, which may hang while no broker answers.
  void set_destroy_without_close() { destroy_flags_ = RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE; }

  // Gives the handle up without destroying it: destroying a consumer whose topic was deleted waits
  // for ever in librdkafka 2.0.2, and so may a producer with a call that does not return.
  static void Abandon(std::unique_ptr<Client> client);

  // Whether a request that sets the offsets of a transaction or ends it was sent again because its
  // answer had not come: the first one may still be on its way, and a broker would take it for one
  // of the producer's next transaction. The library sends again without a word, and tells the loss
  // of a connection only twice in 30 s. Any thread.
  bool AnswerLost() const { return answer_lost_.load(std::memory_order_acquire); }

  // What the broker said when it refused the credentials (or TLS failed), if it did; polls for it.
  std::string_view Refusal();

 private:
  Client(Log log, ClientCallbacks callbacks);
  static void OnLog(const rd_kafka_t* handle, int level, const char* facility, const char* text);
  static void OnError(rd_kafka_t* handle, int error, const char* reason, void* opaque);
  static void OnRebalance(rd_kafka_t* handle, rd_kafka_resp_err_t event,
                          rd_kafka_topic_partition_list_t* partitions, void* opaque);
  static void OnDelivery(rd_kafka_t* handle, const rd_kafka_message_t* message, void* opaque);
  // Interceptors; the last two are called on the library's own threads.
  static rd_kafka_resp_err_t OnNew(rd_kafka_t* handle, const rd_kafka_conf_t* conf, void* opaque,
                                   char* text, size_t text_size);
  static rd_kafka_resp_err_t OnSent(rd_kafka_t* handle, int socket, const char* broker,
                                    int32_t broker_id, int16_t api, int16_t version,
                                    int32_t correlation, size_t size, void* opaque);
  static rd_kafka_resp_err_t OnAnswered(rd_kafka_t* handle, int socket, const char* broker,
                                        int32_t broker_id, int16_t api, int16_t version,
                                        int32_t correlation, size_t size, int64_t rtt_us,
                                        rd_kafka_resp_err_t error, void* opaque);

  Log log_;
  ClientCallbacks callbacks_;
  std::string refusal_;
  int destroy_flags_ = 0;
  std::atomic<uint32_t> unanswered_{0};  // a bit for each kind of request of AnswerLost()
  std::atomic<bool> answer_lost_{false};
  rd_kafka_t* handle_ = nullptr;
};

// The list {topic, partition} of librdkafka, with room for `size`.
PartitionListPtr NewPartitionList(size_t size);

}  // namespace riposte::kafka
