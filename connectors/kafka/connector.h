// A Kafka consumer group as a source of partitions, and a transactional producer for each of their
// tasks.
//
// On assignment, in this order: fence every task's predecessor (in parallel), read the committed
// offsets, split the partition queues, assign with offsets, tell the listener. On revocation: the
// listener closes its transactions, then the partitions are given back. A task that turns out to be
// fenced makes this member join the group anew, so that no partition stays without a worker.
#pragma once

#include <memory>

#include "base/result.h"
#include "connectors/kafka/options.h"
#include "engine/pipeline/ports.h"

namespace riposte::kafka {

class KafkaConnector final : public pipeline::Connector {
 public:
  // kInvalidArgument: an option or a property is wrong, unknown or not the operator's to set; the
  // message names it. kIo: a secret's file cannot be read. Talks to no broker yet.
  static Result<std::unique_ptr<KafkaConnector>> Create(Options options);

  ~KafkaConnector() override;  // Stop()

  // Starts the group's thread, which first checks or creates the topics. While no broker answers it
  // goes on trying and Ready() says why not. OnFailed() then tells what cannot be mended by
  // waiting: kPermission (credentials or rights refused), kNotFound (a topic is missing, or an
  // offset expired), kInvalidArgument (partition counts, clean-up policies, no `start` for a first
  // run), kFenced (the instance_id is used by another process).
  Status Start(pipeline::AssignmentListener& listener) override;
  // Revokes, closes and leaves the group. What is not done by the deadline is left to the session
  // timeout.
  void Stop(Duration deadline) override;
  Status Ready() const override;

 private:
  struct Impl;
  explicit KafkaConnector(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Keeps freed fetch buffers in the process instead of giving their pages back and faulting them in
// again for each fetch: several times the throughput. Once, before the first client is made.
void TuneAllocator();

}  // namespace riposte::kafka
