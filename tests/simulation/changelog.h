// state::Changelog over the Kafka model: a state task's partition, read committed. Decides as
// connectors/kafka/changelog.cc does.
#pragma once

#include <utility>

#include "engine/state/changelog.h"
#include "tests/simulation/producer_client.h"

namespace riposte::sim {

// How long a deletion stays in a changelog of the model.
inline constexpr Duration kDeleteRetention{3000};

class SimChangelog final : public state::Changelog {
 public:
  SimChangelog(const Broker& broker, PartitionId id, Random random)
      : broker_(broker), id_(std::move(id)), random_(random) {}

  // What the broker refuses is kUnavailable; what is read may be overtaken by others in between.
  Result<Extent> Measure() override;
  Status Read(int64_t from, int64_t end, const Each& each) override;

 private:
  Status Ask();

  const Broker broker_;
  const PartitionId id_;
  Random random_;
};

}  // namespace riposte::sim
