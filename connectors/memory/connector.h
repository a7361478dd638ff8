// The ports over a MemoryLog.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "connectors/memory/memory_log.h"

namespace riposte::memory {

struct Options {
  // Profile of each topic's events.
  std::map<std::string, std::string> profiles;
  size_t value_bytes_max = 1'000'000;
  // One state task has all partitions, so that rules may have windows; else each partition is a
  // task of its own, and the work is divided among workers.
  bool keeps_windows = false;
};

// A task of one partition as a worker gets it, beginning at its committed offset; earlier owners
// are fenced. `log` outlives it.
pipeline::Assignment Assign(MemoryLog& log, const pipeline::PartitionId& partition,
                            const std::string& profile, size_t value_bytes_max = 1'000'000);
// Likewise one of several partitions; the owner of the first is who is fenced.
pipeline::Assignment AssignTogether(MemoryLog& log,
                                    std::span<const pipeline::PartitionId> partitions,
                                    const std::string& profile, size_t value_bytes_max = 1'000'000);
// Likewise the one state task that there is, which owns all windows.
pipeline::Assignment AssignStateTask(MemoryLog& log,
                                     std::span<const pipeline::PartitionId> partitions,
                                     const std::string& profile,
                                     size_t value_bytes_max = 1'000'000);

// Assigns every partition of the log whose topic has a profile, at the start.
class MemoryConnector final : public pipeline::Connector {
 public:
  // `log` outlives it.
  MemoryConnector(MemoryLog& log, Options options);
  ~MemoryConnector() override;  // Stop()
  Status Start(pipeline::AssignmentListener& listener) override;
  void Stop(Duration deadline) override;
  Status Ready() const override;
  // The log is closed and committed to its end.
  bool Finished() const override;

 private:
  std::vector<pipeline::Assignment> AssignAll();

  MemoryLog& log_;
  const Options options_;
  pipeline::AssignmentListener* listener_ = nullptr;
  std::vector<pipeline::PartitionId> assigned_;
};

// Control records in memory. A record is seen once it was read back: at once, or by ReadBack() if
// `read_back_at_once` is false.
class MemoryControl final : public pipeline::Control {
 public:
  explicit MemoryControl(bool complete = true, bool read_back_at_once = true);
  std::shared_ptr<const Snapshot> Read() const override;
  Status Write(const pipeline::ControlRecord& record) override;
  void EndWithin(Duration) override {}  // it never waits
  void ReadBack();
  // Whether the topic counts as read to its end.
  void SetComplete(bool complete);

 private:
  void Publish();
  const bool read_back_at_once_;
  mutable std::mutex mutex_;
  bool complete_;
  std::map<std::string, pipeline::ControlRecord> written_;
  std::shared_ptr<const Snapshot> snapshot_;
};

}  // namespace riposte::memory
