// A pool of workers over a MemoryLog, on the system's clock.
#pragma once

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "connectors/memory/connector.h"
#include "engine/guard/standard.h"
#include "engine/pipeline/worker_pool.h"
#include "tests/engine/pipeline/task_harness.h"

namespace riposte::test {

// For waits that end as soon as what they wait for is there.
inline constexpr Duration kLongEnough = std::chrono::seconds(60);

// Counts from any thread.
class CountingObserver final : public pipeline::Observer {
 public:
  void OnCommit(const pipeline::Report& report) override {
    consumed_ += report.counts->consumed;
    worker_ = std::this_thread::get_id();
  }
  void OnAbort(const pipeline::PartitionId&, bool) override { ++aborts_; }
  void OnTaskStopped(const pipeline::PartitionId&, const Status&) override { ++stopped_; }
  uint64_t consumed() const { return consumed_; }
  size_t stopped() const { return stopped_; }
  // That was the last to commit.
  std::thread::id worker() const { return worker_; }

 private:
  std::atomic<uint64_t> consumed_{0};
  std::atomic<size_t> aborts_{0}, stopped_{0};
  std::atomic<std::thread::id> worker_{};
};

class PoolHarness {
 public:
  explicit PoolHarness(std::vector<rule::Rule> rules)
      : live_(pipeline::LiveRules::Compile(RuleSetOf(std::move(rules)), {"test"})) {}

  static pipeline::PartitionId Id(int partition) {
    return {.topic = "edr", .partition = partition};
  }

  // Makes the pool, with `options` as they are now.
  void Begin() {
    pool = std::make_unique<pipeline::WorkerPool>(
        options, pipeline::Surroundings{.clock = &clock, .guards = &guards_, .observer = &observer},
        control, live_);
  }
  void Append(int partition, const EventJson& event) {
    log.Append(Id(partition), "A1", event.Text(), clock.Now());
  }
  void Assign(const std::vector<int>& partitions) {
    std::vector<pipeline::Assignment> assignments;
    for (const int partition : partitions)
      assignments.push_back(memory::Assign(log, Id(partition), "test"));
    pool->OnAssigned(std::move(assignments));
  }

  SystemClock clock;
  memory::MemoryLog log;
  memory::MemoryControl control;
  CountingObserver observer;
  pipeline::WorkerPool::Options options;

 private:
  const guard::Chain guards_ = guard::StandardChain({});
  pipeline::LiveRulesPtr live_;

 public:
  std::unique_ptr<pipeline::WorkerPool> pool;  // last: it uses the others
};

}  // namespace riposte::test
