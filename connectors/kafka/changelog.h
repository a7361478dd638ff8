// state::Changelog over a partition of the changelog topic.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "connectors/kafka/client.h"
#include "connectors/kafka/options.h"
#include "connectors/kafka/settings.h"
#include "engine/state/changelog.h"

namespace riposte::kafka {

// One thread. Makes a client of its own with the first call, and keeps it.
class KafkaChangelog final : public state::Changelog {
 public:
  struct Options {
    std::string topic;
    int32_t partition = 0;
    Duration delete_retention{};  // of the topic: its delete.retention.ms
    Duration patience{30000};     // without a record or an answer
    Log log;
  };
  // `settings` outlives it.
  KafkaChangelog(const Settings& settings, Options options);
  ~KafkaChangelog() override;

  Result<Extent> Measure() override;
  Status Read(int64_t from, int64_t end, const Each& each) override;

 private:
  Status Connect();
  Status Silence() const;

  const Settings& settings_;
  const Options options_;
  std::unique_ptr<Client> client_;
  TopicPtr topic_;  // destroyed before the client
};

}  // namespace riposte::kafka
