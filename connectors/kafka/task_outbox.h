// What the outboxes of both kinds of delivery share: a producer of one task, and the output topics.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "connectors/kafka/client.h"
#include "connectors/kafka/membership.h"
#include "connectors/kafka/topics.h"
#include "engine/pipeline/ports.h"

namespace riposte::kafka {

// The same for all tasks; must outlive them.
struct TaskContext {
  const Settings* settings = nullptr;
  OutTopicNames topics;
  size_t message_bytes_max = 0;
  size_t queue_bytes_max = 0;  // of each partition's prefetch queue
  Duration changelog_delete_retention{};
  Duration transaction_timeout{15000};
  Log log;
};

class TaskOutbox : public pipeline::Outbox {
 public:
  explicit TaskOutbox(const TaskContext& context) : context_(context) {}

  // Makes the producer and finds the leaders of the output topics. A transactional one keeps its
  // predecessor from going on, and tries again while the brokers do not answer, until `patience`
  // ends or the group gives up. kInvalidArgument: the brokers lack what this kind needs.
  virtual Status Fence(Duration patience) = 0;

  size_t MaxValueBytes(pipeline::OutTopic topic) const override;

 protected:
  const TaskContext& context() const { return context_; }

 private:
  const TaskContext& context_;
};

// kInvalidArgument: a record is larger than its topic takes.
Status CheckSizes(const TaskContext& context, const pipeline::Outbox& outbox,
                  std::span<const pipeline::OutRecord> records);

// Those of the context, by pipeline::OutTopic, with their leaders known. To be destroyed before
// `producer`.
std::vector<TopicPtr> OpenTopics(const TaskContext& context, const Client& producer,
                                 int timeout_ms);

// Hands a copy of the record to the client library; `opaque` comes back with its delivery report.
rd_kafka_resp_err_t Enqueue(const std::vector<TopicPtr>& topics, const pipeline::OutRecord& record,
                            void* opaque);

// Why the library gave the producer up; RD_KAFKA_RESP_ERR_NO_ERROR: it did not.
rd_kafka_resp_err_t FatalError(rd_kafka_t* producer);

// Why a task whose group has no use for it any more stops. `name`: the task's.
Status WhyHopeless(const GroupView& group, std::string_view name);

}  // namespace riposte::kafka
