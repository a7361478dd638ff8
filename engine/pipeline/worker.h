// One thread and the tasks that it owns, with everything they touch.
#pragma once

#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "engine/pipeline/pulse.h"
#include "engine/pipeline/standing.h"
#include "engine/pipeline/task.h"

namespace riposte::pipeline {

// The live rules, handed from the one who loads them to the workers. Safe to use from any thread.
class RulesBox {
 public:
  explicit RulesBox(LiveRulesPtr live) : live_(std::move(live)) {}
  LiveRulesPtr Read() const;
  void Replace(LiveRulesPtr live);

 private:
  mutable std::mutex mutex_;
  LiveRulesPtr live_;
};

// How a task came to its end by itself.
struct TaskEnd {
  std::vector<PartitionId> partitions;  // all of the task
  Status reason;                        // kOk: the input ended and everything is committed
};

class Worker {
 public:
  struct Options {
    TaskOptions task;
    EnforcementOptions enforcement;
    Duration idle_wait{20};  // for records, while all inputs are idle
    // How long events wait for the control records, from the first task on, where the configuration
    // enables enforcement: without the records nothing may be ordered, so what is judged before
    // them would lose its commands. Then the events go on, dry: detection does not hang on it.
    Duration control_patience{10000};
  };
  // Told on the worker's thread.
  using OnTaskEnd = std::function<void(const TaskEnd& end)>;

  // All but `options` outlive the worker. The thread starts at once.
  Worker(const Options& options, const Surroundings& surroundings, const Control& control,
         const RulesBox& rules, OnTaskEnd on_task_end);
  // Stops after the batch at hand. Tasks that it still has are abandoned, not committed.
  ~Worker();
  Worker(const Worker&) = delete;  // a thread points at it
  Worker& operator=(const Worker&) = delete;

  // The worker takes the task up before its next round.
  void Assign(Assignment assignment);
  // Ready when those of `partitions` that the worker has are committed (`lost`: abandoned) and
  // destroyed.
  std::future<void> Revoke(std::vector<PartitionId> partitions, bool lost);

  const Pulse& pulse() const { return pulse_; }

 private:
  struct Revocation {
    std::vector<PartitionId> partitions;
    bool lost = false;
    std::promise<void> done;
  };
  struct Inbox {
    std::vector<Assignment> assignments;
    std::vector<Revocation> revocations;
    bool stop = false;
  };

  void Run();
  Inbox TakeInbox();
  void Handle(Inbox inbox);
  void Release(Revocation revocation);
  // Whether the control records are still worth waiting for.
  bool AwaitsControl();
  // One step of each task; whether one of them had something to do.
  bool Round(bool idle);

  const Options options_;
  const Surroundings surroundings_;
  const Control& control_;
  const RulesBox& rules_;
  const OnTaskEnd on_task_end_;
  StandingReader standing_;
  Pulse pulse_;

  std::mutex mutex_;  // of inbox_
  std::condition_variable inbox_changed_;
  Inbox inbox_;

  std::vector<std::unique_ptr<Task>> tasks_;  // the thread's own
  bool idle_ = false;                         // nothing to do in the last round
  bool control_awaited_ = false;              // the wait is over
  std::optional<Time> first_task_at_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace riposte::pipeline
