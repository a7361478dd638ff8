#include "tests/connectors/kafka/topic_access.h"

#include <array>
#include <memory>

#include <librdkafka/rdkafka.h>

#include "base/check.h"

namespace riposte::test {
namespace {

constexpr int kTimeoutMs = 20000;

struct HandleDestroyer {
  void operator()(rd_kafka_t* handle) const { rd_kafka_destroy(handle); }
};
using HandlePtr = std::unique_ptr<rd_kafka_t, HandleDestroyer>;

struct ListDestroyer {
  void operator()(rd_kafka_topic_partition_list_t* list) const {
    rd_kafka_topic_partition_list_destroy(list);
  }
};
using ListPtr = std::unique_ptr<rd_kafka_topic_partition_list_t, ListDestroyer>;

void Must(rd_kafka_resp_err_t error) {
  RIPOSTE_CHECK(error == RD_KAFKA_RESP_ERR_NO_ERROR, rd_kafka_err2str(error));
}

// Every record of a test has to be written: a flush alone does not tell.
void OnDelivery(rd_kafka_t*, const rd_kafka_message_t* message, void*) { Must(message->err); }

HandlePtr Open(rd_kafka_type_t type, std::map<std::string, std::string> properties) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  std::array<char, 256> text{};
  properties["log_level"] = "0";
  for (const auto& [name, value] : properties) {
    RIPOSTE_CHECK(rd_kafka_conf_set(conf, name.c_str(), value.c_str(), text.data(), text.size()) ==
                      RD_KAFKA_CONF_OK,
                  text.data());
  }
  if (type == RD_KAFKA_PRODUCER) rd_kafka_conf_set_dr_msg_cb(conf, &OnDelivery);
  rd_kafka_t* handle = rd_kafka_new(type, conf, text.data(), text.size());
  RIPOSTE_CHECK(handle != nullptr, text.data());
  return HandlePtr(handle);
}

void Must(rd_kafka_error_t* error) {
  RIPOSTE_CHECK(error == nullptr, rd_kafka_error_string(error));
}

void Produce(rd_kafka_t* handle, const std::string& topic, int32_t partition,
             const std::vector<TopicAccess::Out>& records) {
  rd_kafka_topic_t* target = rd_kafka_topic_new(handle, topic.c_str(), nullptr);
  for (const TopicAccess::Out& record : records) {
    // A record with an empty value is not one without a value.
    const char* value = record.value ? record.value->data() : nullptr;
    const size_t size = record.value ? record.value->size() : 0;
    while (rd_kafka_produce(target, partition, RD_KAFKA_MSG_F_COPY, const_cast<char*>(value), size,
                            record.key.empty() ? nullptr : record.key.data(), record.key.size(),
                            nullptr) != 0) {
      RIPOSTE_CHECK(rd_kafka_last_error() == RD_KAFKA_RESP_ERR__QUEUE_FULL,
                    rd_kafka_err2str(rd_kafka_last_error()));
      rd_kafka_poll(handle, 10);
    }
  }
  Must(rd_kafka_flush(handle, kTimeoutMs));
  rd_kafka_topic_destroy(target);
}

void Ignore(rd_kafka_event_t*) {}

// Runs an admin operation, waits for its event, and hands it to `read`.
template <typename Call, typename Read = void (*)(rd_kafka_event_t*)>
void Administrate(const std::string& brokers, Call call, Read read = &Ignore) {
  const HandlePtr handle = Open(RD_KAFKA_PRODUCER, {{"bootstrap.servers", brokers}});
  rd_kafka_queue_t* queue = rd_kafka_queue_new(handle.get());
  call(handle.get(), queue);
  rd_kafka_event_t* event = rd_kafka_queue_poll(queue, kTimeoutMs);
  RIPOSTE_CHECK(event != nullptr, "the broker answers");
  Must(rd_kafka_event_error(event));
  if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_CREATETOPICS_RESULT) {
    size_t count = 0;
    const rd_kafka_topic_result_t** results =
        rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
    for (size_t i = 0; i < count; ++i) Must(rd_kafka_topic_result_error(results[i]));
  }
  read(event);
  rd_kafka_event_destroy(event);
  rd_kafka_queue_destroy(queue);
}

// Whether the broker knows all partitions of the topic and their leaders: it answers their creation
// a moment before.
bool IsServed(rd_kafka_t* handle, const std::string& topic, int32_t partitions) {
  const struct rd_kafka_metadata* metadata = nullptr;
  rd_kafka_topic_t* asked = rd_kafka_topic_new(handle, topic.c_str(), nullptr);
  Must(rd_kafka_metadata(handle, 0, asked, &metadata, kTimeoutMs));
  const struct rd_kafka_metadata_topic& found = metadata->topics[0];
  bool served = found.err == RD_KAFKA_RESP_ERR_NO_ERROR && found.partition_cnt == partitions;
  for (int i = 0; served && i < found.partition_cnt; ++i) {
    served = found.partitions[i].err == RD_KAFKA_RESP_ERR_NO_ERROR;
  }
  rd_kafka_metadata_destroy(metadata);
  rd_kafka_topic_destroy(asked);
  return served;
}

void AwaitServed(const std::string& brokers, const std::string& topic, int32_t partitions) {
  const HandlePtr handle = Open(RD_KAFKA_PRODUCER, {{"bootstrap.servers", brokers}});
  while (!IsServed(handle.get(), topic, partitions)) {
  }
}

}  // namespace

void TopicAccess::Create(const std::string& topic, int32_t partitions,
                         const std::map<std::string, std::string>& config) const {
  Administrate(brokers_, [&](rd_kafka_t* handle, rd_kafka_queue_t* queue) {
    rd_kafka_NewTopic_t* wanted = rd_kafka_NewTopic_new(topic.c_str(), partitions, 1, nullptr, 0);
    for (const auto& [name, value] : config) {
      rd_kafka_NewTopic_set_config(wanted, name.c_str(), value.c_str());
    }
    rd_kafka_CreateTopics(handle, &wanted, 1, nullptr, queue);
    rd_kafka_NewTopic_destroy(wanted);
  });
  AwaitServed(brokers_, topic, partitions);
}

std::string TopicAccess::Setting(const std::string& topic, const std::string& name) const {
  std::string value;
  Administrate(
      brokers_,
      [&](rd_kafka_t* handle, rd_kafka_queue_t* queue) {
        rd_kafka_ConfigResource_t* asked =
            rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str());
        rd_kafka_DescribeConfigs(handle, &asked, 1, nullptr, queue);
        rd_kafka_ConfigResource_destroy(asked);
      },
      [&](rd_kafka_event_t* event) {
        size_t count = 0;
        const rd_kafka_ConfigResource_t** found = rd_kafka_DescribeConfigs_result_resources(
            rd_kafka_event_DescribeConfigs_result(event), &count);
        RIPOSTE_CHECK(count == 1, topic);
        Must(rd_kafka_ConfigResource_error(found[0]));
        const rd_kafka_ConfigEntry_t** entries = rd_kafka_ConfigResource_configs(found[0], &count);
        for (size_t i = 0; i < count; ++i)
          if (rd_kafka_ConfigEntry_name(entries[i]) == name)
            value = rd_kafka_ConfigEntry_value(entries[i]);
      });
  return value;
}

void TopicAccess::AddPartitions(const std::string& topic, int32_t total) const {
  Administrate(brokers_, [&](rd_kafka_t* handle, rd_kafka_queue_t* queue) {
    rd_kafka_NewPartitions_t* wanted =
        rd_kafka_NewPartitions_new(topic.c_str(), static_cast<size_t>(total), nullptr, 0);
    rd_kafka_CreatePartitions(handle, &wanted, 1, nullptr, queue);
    rd_kafka_NewPartitions_destroy(wanted);
  });
  AwaitServed(brokers_, topic, total);
}

void TopicAccess::Delete(const std::string& topic) const {
  Administrate(brokers_, [&](rd_kafka_t* handle, rd_kafka_queue_t* queue) {
    rd_kafka_DeleteTopic_t* unwanted = rd_kafka_DeleteTopic_new(topic.c_str());
    rd_kafka_DeleteTopics(handle, &unwanted, 1, nullptr, queue);
    rd_kafka_DeleteTopic_destroy(unwanted);
  });
}

void TopicAccess::DeleteBefore(const std::string& topic, int32_t partition, int64_t offset) const {
  Administrate(brokers_, [&](rd_kafka_t* handle, rd_kafka_queue_t* queue) {
    const ListPtr list(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = offset;
    rd_kafka_DeleteRecords_t* records = rd_kafka_DeleteRecords_new(list.get());
    rd_kafka_DeleteRecords(handle, &records, 1, nullptr, queue);
    rd_kafka_DeleteRecords_destroy(records);
  });
}

void TopicAccess::Write(const std::string& topic, int32_t partition,
                        const std::vector<Out>& records, const std::string& codec) const {
  const HandlePtr handle = Open(RD_KAFKA_PRODUCER, {{"bootstrap.servers", brokers_},
                                                    {"compression.type", codec},
                                                    {"enable.idempotence", "true"}});
  Produce(handle.get(), topic, partition, records);
}

void TopicAccess::WriteInTransaction(const std::string& topic, int32_t partition,
                                     const std::vector<Out>& records, bool commit) const {
  const auto open = [&] {
    HandlePtr opened = Open(RD_KAFKA_PRODUCER, {{"bootstrap.servers", brokers_},
                                                {"transactional.id", "test-" + topic}});
    Must(rd_kafka_init_transactions(opened.get(), kTimeoutMs));
    return opened;
  };
  const HandlePtr handle = open();
  Must(rd_kafka_begin_transaction(handle.get()));
  Produce(handle.get(), topic, partition, records);
  Must(commit ? rd_kafka_commit_transaction(handle.get(), kTimeoutMs)
              : rd_kafka_abort_transaction(handle.get(), kTimeoutMs));
  open();  // a successor is not let in before
}

void TopicAccess::WriteNumbers(const std::string& topic, int32_t partition, int first, int count,
                               const std::string& codec) const {
  std::vector<Out> records;
  for (int i = first; i < first + count; ++i) {
    records.push_back({.key = "asset-" + std::to_string(i % 7), .value = std::to_string(i)});
  }
  Write(topic, partition, records, codec);
}

std::vector<Written> TopicAccess::ReadAll(const std::string& topic, Isolation isolation) const {
  const HandlePtr handle =
      Open(RD_KAFKA_CONSUMER,
           {{"bootstrap.servers", brokers_},
            {"group.id", "reader"},
            {"enable.partition.eof", "true"},
            {"enable.auto.commit", "false"},
            {"isolation.level",
             isolation == Isolation::kCommitted ? "read_committed" : "read_uncommitted"}});
  rd_kafka_poll_set_consumer(handle.get());
  const struct rd_kafka_metadata* metadata = nullptr;
  rd_kafka_topic_t* target = rd_kafka_topic_new(handle.get(), topic.c_str(), nullptr);
  Must(rd_kafka_metadata(handle.get(), 0, target, &metadata, kTimeoutMs));
  const int partitions = metadata->topics[0].partition_cnt;
  rd_kafka_metadata_destroy(metadata);
  rd_kafka_topic_destroy(target);
  const ListPtr list(rd_kafka_topic_partition_list_new(partitions));
  for (int i = 0; i < partitions; ++i) {
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), i)->offset =
        RD_KAFKA_OFFSET_BEGINNING;
  }
  Must(rd_kafka_assign(handle.get(), list.get()));
  std::map<std::pair<int32_t, int64_t>, Written> found;
  std::map<int32_t, bool> ended;
  while (ended.size() < static_cast<size_t>(partitions)) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(handle.get(), kTimeoutMs);
    RIPOSTE_CHECK(message != nullptr, "the topic has an end");
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      ended[message->partition] = true;
    } else if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      Written written{.partition = message->partition,
                      .offset = message->offset,
                      .key = std::string(static_cast<const char*>(message->key), message->key_len),
                      .value = {}};
      if (message->payload != nullptr) {
        written.value = std::string(static_cast<const char*>(message->payload), message->len);
      }
      found[{written.partition, written.offset}] = written;
    }
    rd_kafka_message_destroy(message);
  }
  rd_kafka_consumer_close(handle.get());
  std::vector<Written> all;
  for (const auto& [place, written] : found) all.push_back(written);
  return all;
}

std::vector<int64_t> TopicAccess::Committed(const std::string& group, const std::string& topic,
                                            int32_t partitions) const {
  const HandlePtr handle =
      Open(RD_KAFKA_CONSUMER, {{"bootstrap.servers", brokers_}, {"group.id", group}});
  const ListPtr list(rd_kafka_topic_partition_list_new(partitions));
  for (int i = 0; i < partitions; ++i) {
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), i);
  }
  Must(rd_kafka_committed(handle.get(), list.get(), kTimeoutMs));
  std::vector<int64_t> offsets;
  for (int i = 0; i < partitions; ++i) {
    offsets.push_back(list->elems[i].offset >= 0 ? list->elems[i].offset : -1);
  }
  return offsets;
}

int64_t TopicAccess::End(const std::string& topic, int32_t partition) const {
  const HandlePtr handle =
      Open(RD_KAFKA_CONSUMER, {{"bootstrap.servers", brokers_}, {"group.id", "reader"}});
  int64_t low = 0;
  int64_t high = 0;
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
  do {
    error = rd_kafka_query_watermark_offsets(handle.get(), topic.c_str(), partition, &low, &high,
                                             kTimeoutMs);
    // A topic that was just made has no leader for a moment.
  } while (error == RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION);
  Must(error);
  return high;
}

}  // namespace riposte::test
