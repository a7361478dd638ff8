// The workers of a process. Takes partitions from a connector, gives each to the worker that has
// the fewest, keeps the arming records of the live rules, and frees the sets that no task uses any
// more.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/guard/arming.h"
#include "engine/pipeline/worker.h"

namespace riposte::pipeline {

// Writes the arming records that are due. The first error ends the attempt; what is not written
// stays due.
Status WriteArming(guard::ArmingWriter& writer, Control& control, const rule::RuleSetPtr& rules,
                   Time now);

class WorkerPool final : public AssignmentListener {
 public:
  struct Options {
    size_t workers = 2;
    Worker::Options worker;
    Duration arming_period = std::chrono::hours(24);
    Duration arming_check{500};
    // Called at most once, on any thread: the process has to stop with this reason. Must not call
    // back into the pool. May be empty.
    std::function<void(const Status& reason)> on_failed;
  };

  // `surroundings` and `control` outlive the pool, the pool the connector's calls.
  WorkerPool(Options options, const Surroundings& surroundings, Control& control,
             LiveRulesPtr live);
  // Stops all workers. Revoke (Connector::Stop) before: what is not committed by then is abandoned.
  ~WorkerPool() override;

  // Any thread. Each task takes the rules up before its next batch.
  void Publish(LiveRulesPtr live);
  LiveRulesPtr live() const { return rules_.Read(); }

  void OnAssigned(std::vector<Assignment> assignments) override;
  void OnRevoked(const std::vector<PartitionId>& partitions, bool lost) override;
  void OnFailed(const Status& status) override;

  // Partitions that are worked on.
  size_t task_count() const;
  // The longest time that a worker has been busy without a sign of life.
  Duration LongestWork(Time now) const;
  // The reason why a partition that is assigned here is not worked on, or that of OnFailed(); else
  // kOk. Fenced tasks do not count: another instance has their partitions.
  Status Health() const;
  // Waits until no partition is left (inputs that end), or `deadline` passed. Whether none is left.
  bool WaitUntilIdle(Duration deadline) const;

 private:
  struct Owner {
    size_t worker = 0;
    Status stopped;  // why the task stopped by itself
  };
  void OnTaskEnd(const TaskEnd& end);
  void Upkeep();
  void FreeRetired();

  const Options options_;
  const Surroundings surroundings_;
  Control& control_;
  RulesBox rules_;

  mutable std::mutex mutex_;  // of the members down to retired_
  mutable std::condition_variable tasks_changed_;
  std::map<PartitionId, Owner> owners_;
  bool stopping_ = false;
  std::condition_variable stop_asked_;
  Status failed_;
  std::vector<LiveRulesPtr> retired_;  // until no task uses them

  std::vector<std::unique_ptr<Worker>> workers_;
  std::thread upkeep_;  // last: it uses all of the above
};

}  // namespace riposte::pipeline
