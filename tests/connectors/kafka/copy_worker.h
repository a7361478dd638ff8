// The least that a pipeline does: each input record becomes one command, each record of the shuffle
// one alert, batch by batch, exactly once. A state task keeps in its changelog how many it has
// copied.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/pipeline/ports.h"

namespace riposte::test {

class CopyWorker final : public pipeline::AssignmentListener {
 public:
  // Seen by a hook before each commit; true makes the worker throw the batch away and rewind, as
  // after an abort.
  using Spoil = std::function<bool(const pipeline::PartitionId& id, size_t batch)>;

  CopyWorker() = default;
  ~CopyWorker() override;

  void set_spoil(Spoil spoil) { spoil_ = std::move(spoil); }
  void set_batch(size_t records) { batch_ = records; }

  // Until GoOn() no commit begins; Hold() returns once none is under way.
  void Hold();
  void GoOn();

  void OnAssigned(std::vector<pipeline::Assignment> assignments) override;
  void OnRevoked(const std::vector<pipeline::PartitionId>& partitions, bool lost) override;
  void OnFailed(const Status& status) override;

  // Waits until `condition`, which is asked whenever something happened; false after `timeout`.
  bool Await(const std::function<bool()>& condition,
             std::chrono::seconds timeout = std::chrono::seconds(150));

  // Since the beginning. Safe at any time.
  size_t copied() const { return copied_.load(); }  // records whose commit was answered with yes
  size_t aborts() const { return aborts_.load(); }
  size_t fenced() const { return fenced_.load(); }
  size_t lost() const { return lost_.load(); }
  size_t running() const;
  std::optional<Status> failure() const;
  // Of each source of each assignment that ever was, in order.
  struct Seen {
    pipeline::PartitionId id;
    int64_t start_offset = 0, skipped_from = -1;
    std::string profile;
    bool is_shuffle = false;
    std::optional<int32_t> number;  // of the state task whose source it is
    std::string store;              // likewise
    int32_t state_tasks = 0;
    bool operator==(const Seen&) const = default;
  };
  std::vector<Seen> seen() const;
  std::vector<pipeline::Record> records() const;  // of the last batch, values cut off

 private:
  struct Task {
    std::atomic<bool> stop{false};
    std::thread thread;
    // The thread's only.
    std::vector<pipeline::NextOffset> next;  // of each source
    size_t batches = 0, copied = 0;
  };
  struct Reading;
  void Work(Task& task, pipeline::Assignment assignment);
  // Copies what comes next of it. False: the task has to stop.
  bool CopyBatch(Task& task, Reading& reading, pipeline::Assignment& assignment);
  Result<pipeline::Committed> Commit(const Task& task, const Reading& reading,
                                     pipeline::Assignment& assignment, int64_t next);
  // False once the task has to stop.
  bool BeginCommit(const Task& task);
  void EndCommit();
  void Tell();

  Spoil spoil_;
  size_t batch_ = 100;
  std::atomic<size_t> copied_{0}, aborts_{0}, fenced_{0}, lost_{0};
  mutable std::mutex mutex_;
  bool held_ = false;
  size_t committing_ = 0;  // tasks
  std::condition_variable changed_;
  std::map<pipeline::PartitionId, std::unique_ptr<Task>> tasks_;  // by their first source
  std::vector<Seen> seen_;
  std::vector<pipeline::Record> records_;
  std::optional<Status> failure_;
};

}  // namespace riposte::test
