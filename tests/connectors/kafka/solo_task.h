// One Input or Outbox by itself: a consumer that has assigned itself a partition, of a group
// without members.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "connectors/kafka/client.h"
#include "connectors/kafka/input.h"
#include "connectors/kafka/membership.h"
#include "connectors/kafka/outbox.h"

namespace riposte::test {

class SoloTask {
 public:
  explicit SoloTask(kafka::Options options);

  // Reads `id` from `offset` on. Once.
  std::unique_ptr<kafka::KafkaInput> Open(const pipeline::PartitionId& id, int64_t offset);
  // Not yet fenced.
  std::unique_ptr<kafka::KafkaOutbox> MakeOutbox(const pipeline::PartitionId& id,
                                                 const std::string& transactional_id);
  // A bare producer of the same kind, which a test leaves in the middle of a transaction.
  std::unique_ptr<kafka::Client> MakeProducer(const std::string& transactional_id);

  const std::shared_ptr<kafka::Membership>& membership() const { return membership_; }
  kafka::TaskContext& context() { return context_; }

  // What was reported, in order: "fenced", "expired", "missing", "failed: <message>".
  std::vector<std::string> reports() const;

 private:
  void Add(std::string report);

  const kafka::Options options_;
  const kafka::Settings settings_;
  kafka::TaskContext context_;
  std::unique_ptr<kafka::Client> consumer_;
  std::shared_ptr<kafka::Membership> membership_;
  mutable std::mutex mutex_;
  std::vector<std::string> reports_;
};

// Polls until `count` records have come; fewer if none comes for 10 s.
struct Taken {
  int64_t offset = 0;
  std::string key;
  std::optional<std::string> value;
  Time append_time{};
};
std::vector<Taken> Take(kafka::KafkaInput& input, size_t count);

}  // namespace riposte::test
