// One Input or Outbox by itself: a consumer that has assigned itself a partition, of a group
// without members.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "connectors/kafka/client.h"
#include "connectors/kafka/fetch_waker.h"
#include "connectors/kafka/input.h"
#include "connectors/kafka/membership.h"
#include "connectors/kafka/outbox.h"

namespace riposte::test {

class SoloTask {
 public:
  // `queue_kb`: limit of the prefetch queue; 0: the client's own.
  explicit SoloTask(kafka::Options options, size_t queue_kb = 0);

  // Reads `id` from `offset` on. Once.
  std::unique_ptr<kafka::KafkaInput> Open(const pipeline::PartitionId& id, int64_t offset);
  // Not yet fenced.
  std::unique_ptr<kafka::KafkaOutbox> MakeOutbox(const std::string& transactional_id);
  // A bare producer of the same kind, which a test leaves in the middle of a transaction.
  std::unique_ptr<kafka::Client> MakeProducer(const std::string& transactional_id);

  const std::shared_ptr<kafka::Membership>& membership() const { return membership_; }
  kafka::TaskContext& context() { return context_; }

  // From now on a queue that runs low is woken as the connector does it.
  void WakeFetcher() { waker_ = std::make_unique<kafka::FetchWaker>(consumer_->get()); }

  // What was reported, in order: "fenced", "expired", "missing", "low" (once), "failed: <message>".
  std::vector<std::string> reports() const;

 private:
  void Add(std::string report);

  const kafka::Options options_;
  const kafka::Settings settings_;
  kafka::TaskContext context_;
  std::unique_ptr<kafka::Client> consumer_;
  std::unique_ptr<kafka::FetchWaker> waker_;
  std::shared_ptr<kafka::Membership> membership_;
  bool low_ = false;  // the reading thread's
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
