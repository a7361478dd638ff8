// pipeline::Input over the Kafka model: a read_committed reader of one partition.
#pragma once

#include <memory>
#include <vector>

#include "engine/pipeline/ports.h"
#include "tests/simulation/membership.h"
#include "tests/simulation/producer_client.h"

namespace riposte::sim {

class SimInput final : public pipeline::Input {
 public:
  SimInput(const Broker& broker, std::shared_ptr<Membership> membership, PartitionId id,
           int64_t start_offset, Random random);
  ~SimInput() override;

  const PartitionId& id() const override { return id_; }
  // Never waits; what it gives is as much as happens to have been fetched.
  Status Poll(size_t max_records, size_t max_bytes, Duration wait,
              std::vector<pipeline::Record>& records) override;
  Status Rewind(int64_t offset) override;
  int64_t Lag() const override;

 private:
  const Broker broker_;
  const std::shared_ptr<Membership> membership_;
  const PartitionId id_;
  int64_t next_offset_;
  Random random_;
};

}  // namespace riposte::sim
