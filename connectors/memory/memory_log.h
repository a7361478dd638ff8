// Partitions, committed offsets and outputs in memory: what a broker with transactions keeps, for
// tests and the embedded demo. Its faults can be planned. Safe to use from any thread.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/pipeline/ports.h"

namespace riposte::memory {

// What befalls one commit.
enum class Fault : uint8_t {
  kNone,
  kAbort,         // nothing of it happened
  kUncertainYes,  // the answer was lost; it had been committed
  kUncertainNo,   // the answer was lost; it had not
  kFenced,        // another instance has the partition by now
  kBrokerGone,    // kUnavailable: the task stops
};

// The topic that what is committed to the shuffle is read from; its append times are those of the
// newest record that was appended to any partition.
inline constexpr const char* kShuffleTopic = "riposte.shuffle";

struct StoredRecord {
  int64_t offset = 0;
  std::string key;
  std::optional<std::string> value;
  Time append_time{};
};

class MemoryLog {
 public:
  // Appends to an input partition, which is made at need. Returns the record's offset.
  int64_t Append(const pipeline::PartitionId& partition, std::string key,
                 std::optional<std::string> value, Time append_time);
  // The next record of the partition gets an offset greater by `gap`, as compaction and markers
  // leave them.
  void SkipOffsets(const pipeline::PartitionId& partition, int64_t gap);
  // Nothing is appended any more: an input that is read to its end says so.
  void Close();
  bool closed() const;
  std::vector<pipeline::PartitionId> Partitions() const;

  // The records from `offset` on, up to `max_records` and about `max_bytes`, at least one if there
  // is one; waits at most `wait` for it. Sets `lag` to the number of records behind those.
  std::vector<StoredRecord> Read(const pipeline::PartitionId& partition, int64_t offset,
                                 size_t max_records, size_t max_bytes, Duration wait,
                                 int64_t& lag) const;
  // Offsets below it were worked on; 0 at first.
  int64_t CommittedOffset(const pipeline::PartitionId& partition) const;

  // A new owner of the partition: commits of earlier ones are fenced. Returns its epoch.
  int64_t Fence(const pipeline::PartitionId& partition);
  // One transaction of the owner of `partition`, with the offsets of that and perhaps others.
  Result<pipeline::Committed> Commit(const pipeline::PartitionId& partition, int64_t epoch,
                                     std::span<const pipeline::OutRecord> records,
                                     std::span<const pipeline::NextOffset> offsets);
  // The first offset behind the changelog's records of the last transaction that an owner of
  // `partition` committed. Empty: it had none, or it is not known (kUncertainYes).
  std::optional<int64_t> ChangelogNext(const pipeline::PartitionId& partition) const;
  // The changelog of the state task of that number: what was committed, from `offset` on and before
  // `end`, up to `max_records`.
  std::vector<StoredRecord> ReadChangelog(int32_t task, int64_t offset, int64_t end,
                                          size_t max_records) const;
  int64_t ChangelogEnd(int32_t task) const;
  // The next commits, of any partition, have these faults in turn.
  void PlanFaults(std::vector<Fault> faults);

  // What a read_committed reader sees, in the order of the commits.
  std::vector<pipeline::OutRecord> Outputs(pipeline::OutTopic topic) const;
  size_t commit_count() const;
  size_t abort_count() const;
  // Waits until the partition is committed up to `offset`, at most `deadline`. Whether it is.
  bool WaitForCommit(const pipeline::PartitionId& partition, int64_t offset,
                     Duration deadline) const;

 private:
  struct Partition {
    std::vector<StoredRecord> records;  // ascending offsets
    int64_t next_offset = 0;
    int64_t committed = 0;
    int64_t epoch = 0;
    std::optional<int64_t> changelog_next;
  };
  int64_t AppendTo(Partition& log, std::string key, std::optional<std::string> value,
                   Time append_time);
  std::optional<int64_t> Apply(std::span<const pipeline::OutRecord> records,
                               std::span<const pipeline::NextOffset> offsets);

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::map<pipeline::PartitionId, Partition> partitions_;
  std::vector<pipeline::OutRecord> outputs_;
  std::map<int32_t, std::vector<StoredRecord>> changelogs_;  // by state task
  Time newest_append_{};
  std::deque<Fault> faults_;
  size_t commits_ = 0, aborts_ = 0;
  bool closed_ = false;
};

}  // namespace riposte::memory
