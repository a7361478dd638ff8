#include "engine/pipeline/worker.h"

#include <algorithm>
#include <utility>

#include "base/signal_stack.h"

namespace riposte::pipeline {
namespace {

// How long a round without any wait in it is followed by a wait: all tasks pause after aborts.
constexpr Duration kPause{2};

// Each task's commits wait on a thread of their own; where a task waits for them, its pulse knows.
Surroundings WithCommitThreads(Surroundings surroundings, Pulse& pulse) {
  surroundings.make_committer = [&pulse, clock = surroundings.clock](std::unique_ptr<Outbox> box) {
    return WithPulse(MakeCommitThread(std::move(box)), pulse, *clock);
  };
  return surroundings;
}

}  // namespace

LiveRulesPtr RulesBox::Read() const {
  const std::scoped_lock lock(mutex_);
  return live_;
}

void RulesBox::Replace(LiveRulesPtr live) {
  const std::scoped_lock lock(mutex_);
  live_.swap(live);
  // The old one, perhaps the last reference to it, goes after the lock.
}

Worker::Worker(const Options& options, const Surroundings& surroundings, const Control& control,
               const RulesBox& rules, OnTaskEnd on_task_end)
    : options_(options),
      surroundings_(WithCommitThreads(surroundings, pulse_)),
      control_(control),
      rules_(rules),
      on_task_end_(std::move(on_task_end)),
      standing_(options.enforcement, control),
      thread_([this] { Run(); }) {}

Worker::~Worker() {
  {
    const std::scoped_lock lock(mutex_);
    inbox_.stop = true;
  }
  inbox_changed_.notify_one();
  thread_.join();
}

void Worker::Assign(Assignment assignment) {
  {
    const std::scoped_lock lock(mutex_);
    inbox_.assignments.push_back(std::move(assignment));
  }
  inbox_changed_.notify_one();
}

std::future<void> Worker::Revoke(std::vector<PartitionId> partitions, bool lost) {
  Revocation revocation{.partitions = std::move(partitions), .lost = lost, .done = {}};
  std::future<void> done = revocation.done.get_future();
  {
    const std::scoped_lock lock(mutex_);
    inbox_.revocations.push_back(std::move(revocation));
  }
  inbox_changed_.notify_one();
  return done;
}

void Worker::Run() {
  const SignalStack for_crashes;  // of a record that makes the stack overflow, too
  while (true) {
    Inbox inbox = TakeInbox();
    const bool stop = inbox.stop;
    Handle(std::move(inbox));
    if (stop) break;
    if (tasks_.empty()) continue;
    if (AwaitsControl()) {
      idle_ = true;
      continue;
    }
    pulse_.Working(surroundings_.clock->Now());
    idle_ = !Round(idle_);
    pulse_.Waiting();
  }
  tasks_.clear();
}

bool Worker::AwaitsControl() {
  if (control_awaited_) return false;
  const Time now = surroundings_.clock->Now();
  if (!first_task_at_) first_task_at_ = now;
  control_awaited_ = !options_.enforcement.enabled || control_.Read()->complete ||
                     now - *first_task_at_ >= options_.control_patience;
  return !control_awaited_;
}

Worker::Inbox Worker::TakeInbox() {
  std::unique_lock lock(mutex_);
  const auto changed = [this] {
    return inbox_.stop || !inbox_.assignments.empty() || !inbox_.revocations.empty();
  };
  if (tasks_.empty()) {
    inbox_changed_.wait(lock, changed);
  } else if (idle_) {
    inbox_changed_.wait_for(lock, kPause, changed);
  }
  return std::exchange(inbox_, {});
}

void Worker::Handle(Inbox inbox) {
  for (Assignment& assignment : inbox.assignments) {
    for (Source& source : assignment.sources)
      source.input = WithPulse(std::move(source.input), pulse_, *surroundings_.clock);
    if (assignment.state)
      assignment.state->changelog =
          WithPulse(std::move(assignment.state->changelog), pulse_, *surroundings_.clock);
    tasks_.push_back(std::make_unique<Task>(std::move(assignment), options_.task, surroundings_));
  }
  for (Revocation& revocation : inbox.revocations) Release(std::move(revocation));
}

void Worker::Release(Revocation revocation) {
  // A task goes with the first of its partitions: those of one come and go together.
  const auto is_revoked = [&revocation](const std::unique_ptr<Task>& task) {
    return std::ranges::any_of(task->partitions(), [&](const PartitionId& id) {
      return std::ranges::find(revocation.partitions, id) != revocation.partitions.end();
    });
  };
  std::vector<Task*> flushing;
  for (const std::unique_ptr<Task>& task : tasks_)
    if (!revocation.lost && is_revoked(task)) flushing.push_back(task.get());
  for (Task* const task : flushing) (void)task->BeginFlush();  // Flush() tells of it again
  for (Task* const task : flushing) {
    const Status flushed = task->Flush();
    // What is not committed is the next owner's.
    if (!flushed.ok()) surroundings_.observer->OnTaskStopped(task->partitions().front(), flushed);
  }
  std::erase_if(tasks_, is_revoked);
  revocation.done.set_value();
}

bool Worker::Round(bool idle) {
  const LiveRulesPtr live = rules_.Read();
  const ReadStanding read_standing = [this]() -> const Standing& { return standing_.Read(); };
  const Duration wait =
      idle ? std::max(Duration(1), options_.idle_wait / static_cast<int64_t>(tasks_.size()))
           : Duration::zero();
  bool worked = false;
  std::vector<std::unique_ptr<Task>> going_on;
  for (std::unique_ptr<Task>& task : tasks_) {
    const Result<Task::Progress> progress = task->Step(live, read_standing, wait);
    if (progress.ok() && *progress != Task::Progress::kEnded) {
      worked |= *progress == Task::Progress::kWorked;
      going_on.push_back(std::move(task));
      continue;
    }
    worked = true;
    const TaskEnd end{.partitions = task->partitions(),
                      .reason = progress.ok() ? Status::Ok() : progress.status()};
    task.reset();  // input and outbox are closed before anyone hears of it
    if (!end.reason.ok()) surroundings_.observer->OnTaskStopped(end.partitions.front(), end.reason);
    on_task_end_(end);
  }
  tasks_ = std::move(going_on);
  return worked;
}

}  // namespace riposte::pipeline
