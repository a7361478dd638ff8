#include "engine/pipeline/worker_pool.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/check.h"

namespace riposte::pipeline {

Status WriteArming(guard::ArmingWriter& writer, Control& control, const rule::RuleSetPtr& rules,
                   Time now) {
  const std::shared_ptr<const Control::Snapshot> snapshot = control.Read();
  for (const ControlRecord& record : writer.Due(rules, *snapshot, now)) {
    RIPOSTE_TRY(control.Write(record));
    writer.Written(record);
  }
  return Status::Ok();
}

WorkerPool::WorkerPool(Options options, const Surroundings& surroundings, Control& control,
                       LiveRulesPtr live)
    : options_(std::move(options)),
      surroundings_(surroundings),
      control_(control),
      rules_(std::move(live)) {
  RIPOSTE_CHECK(options_.workers > 0, "a pool has at least one worker");
  workers_.reserve(options_.workers);
  for (size_t i = 0; i < options_.workers; ++i)
    workers_.push_back(std::make_unique<Worker>(options_.worker, surroundings_, control_, rules_,
                                                [this](const TaskEnd& end) { OnTaskEnd(end); }));
  upkeep_ = std::thread([this] { Upkeep(); });
}

WorkerPool::~WorkerPool() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  stop_asked_.notify_all();
  upkeep_.join();
  workers_.clear();
}

// A worker that let go of the last reference to a large set would stand still while it is freed.
void WorkerPool::Publish(LiveRulesPtr live) {
  {
    const std::scoped_lock lock(mutex_);
    retired_.push_back(rules_.Read());
  }
  rules_.Replace(std::move(live));
}

void WorkerPool::OnAssigned(std::vector<Assignment> assignments) {
  for (Assignment& assignment : assignments) {
    size_t chosen = 0;
    {
      const std::scoped_lock lock(mutex_);
      std::vector<size_t> load(workers_.size());
      for (const std::pair<const PartitionId, Owner>& entry : owners_) ++load[entry.second.worker];
      chosen = static_cast<size_t>(std::min_element(load.begin(), load.end()) - load.begin());
      for (const Source& source : assignment.sources)
        owners_.insert_or_assign(source.input->id(), Owner{.worker = chosen, .stopped = {}});
    }
    workers_[chosen]->Assign(std::move(assignment));
  }
}

void WorkerPool::OnRevoked(const std::vector<PartitionId>& partitions, bool lost) {
  // A worker without these partitions has nothing to wait for, so all are asked.
  std::vector<std::future<void>> done;
  done.reserve(workers_.size());
  for (const std::unique_ptr<Worker>& worker : workers_)
    done.push_back(worker->Revoke(partitions, lost));
  for (std::future<void>& one : done) one.wait();
  {
    const std::scoped_lock lock(mutex_);
    for (const PartitionId& partition : partitions) owners_.erase(partition);
  }
  tasks_changed_.notify_all();
}

void WorkerPool::OnFailed(const Status& status) {
  {
    const std::scoped_lock lock(mutex_);
    if (!failed_.ok()) return;
    failed_ = status;
  }
  if (options_.on_failed) options_.on_failed(status);
}

void WorkerPool::OnTaskEnd(const TaskEnd& end) {
  {
    const std::scoped_lock lock(mutex_);
    const bool keeps = !end.reason.ok() && end.reason.code() != ErrorCode::kFenced;
    for (const PartitionId& partition : end.partitions) {
      if (keeps) {
        owners_[partition].stopped = end.reason;
      } else {
        owners_.erase(partition);
      }
    }
  }
  tasks_changed_.notify_all();
}

size_t WorkerPool::task_count() const {
  const std::scoped_lock lock(mutex_);
  return static_cast<size_t>(std::count_if(
      owners_.begin(), owners_.end(),
      [](const std::pair<const PartitionId, Owner>& entry) { return entry.second.stopped.ok(); }));
}

Duration WorkerPool::LongestWork(Time now) const {
  Duration longest{};
  for (const std::unique_ptr<Worker>& worker : workers_)
    longest = std::max(longest, worker->pulse().WorkingFor(now));
  return longest;
}

Status WorkerPool::Health() const {
  const std::scoped_lock lock(mutex_);
  if (!failed_.ok()) return failed_;
  for (const std::pair<const PartitionId, Owner>& entry : owners_)
    if (!entry.second.stopped.ok())
      return Status(entry.second.stopped.code(),
                    entry.first.topic + "-" + std::to_string(entry.first.partition) +
                        " is not worked on: " + entry.second.stopped.message());
  return Status::Ok();
}

bool WorkerPool::WaitUntilIdle(Duration deadline) const {
  std::unique_lock lock(mutex_);
  return tasks_changed_.wait_for(lock, deadline, [this] {
    return std::none_of(
        owners_.begin(), owners_.end(),
        [](const std::pair<const PartitionId, Owner>& entry) { return entry.second.stopped.ok(); });
  });
}

void WorkerPool::FreeRetired() {
  std::vector<LiveRulesPtr> unused;  // freed without the lock
  const std::scoped_lock lock(mutex_);
  const auto is_used = [](const LiveRulesPtr& live) { return live.use_count() > 1; };
  const auto begin = std::partition(retired_.begin(), retired_.end(), is_used);
  unused.assign(std::make_move_iterator(begin), std::make_move_iterator(retired_.end()));
  retired_.erase(begin, retired_.end());
}

// Apart from the workers: a write waits for the broker, and a large rule set is not freed at once.
void WorkerPool::Upkeep() {
  guard::ArmingWriter writer(options_.arming_period);
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    // An error leaves the records due for the next round; until then the rule is dry, which is the
    // safe side.
    (void)WriteArming(writer, control_, rules_.Read()->rules, surroundings_.clock->Now());
    FreeRetired();
    lock.lock();
    stop_asked_.wait_for(lock, options_.arming_check, [this] { return stopping_; });
  }
}

}  // namespace riposte::pipeline
