#include "connectors/memory/memory_log.h"

#include <algorithm>
#include <utility>

namespace riposte::memory {

int64_t MemoryLog::Append(const pipeline::PartitionId& partition, std::string key,
                          std::optional<std::string> value, Time append_time) {
  const std::scoped_lock lock(mutex_);
  Partition& log = partitions_[partition];
  const int64_t offset = log.next_offset++;
  log.records.push_back({.offset = offset,
                         .key = std::move(key),
                         .value = std::move(value),
                         .append_time = append_time});
  changed_.notify_all();
  return offset;
}

void MemoryLog::SkipOffsets(const pipeline::PartitionId& partition, int64_t gap) {
  const std::scoped_lock lock(mutex_);
  partitions_[partition].next_offset += gap;
}

void MemoryLog::Close() {
  const std::scoped_lock lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

bool MemoryLog::closed() const {
  const std::scoped_lock lock(mutex_);
  return closed_;
}

std::vector<pipeline::PartitionId> MemoryLog::Partitions() const {
  const std::scoped_lock lock(mutex_);
  std::vector<pipeline::PartitionId> all;
  all.reserve(partitions_.size());
  for (const std::pair<const pipeline::PartitionId, Partition>& entry : partitions_)
    all.push_back(entry.first);
  return all;
}

std::vector<StoredRecord> MemoryLog::Read(const pipeline::PartitionId& partition, int64_t offset,
                                          size_t max_records, size_t max_bytes, Duration wait,
                                          int64_t& lag) const {
  std::unique_lock lock(mutex_);
  lag = 0;
  std::vector<StoredRecord> read;
  const std::map<pipeline::PartitionId, Partition>::const_iterator found =
      partitions_.find(partition);
  if (found == partitions_.end()) return read;
  const std::vector<StoredRecord>& records = found->second.records;
  const auto has_more = [&] { return !records.empty() && records.back().offset >= offset; };
  if (wait > Duration::zero()) changed_.wait_for(lock, wait, [&] { return closed_ || has_more(); });
  std::vector<StoredRecord>::const_iterator next = std::lower_bound(
      records.begin(), records.end(), offset,
      [](const StoredRecord& record, int64_t wanted) { return record.offset < wanted; });
  size_t bytes = 0;
  while (next != records.end() && read.size() < max_records && bytes < max_bytes) {
    bytes += next->key.size() + next->value.value_or("").size();
    read.push_back(*next++);
  }
  lag = records.end() - next;
  return read;
}

int64_t MemoryLog::CommittedOffset(const pipeline::PartitionId& partition) const {
  const std::scoped_lock lock(mutex_);
  const std::map<pipeline::PartitionId, Partition>::const_iterator found =
      partitions_.find(partition);
  return found == partitions_.end() ? 0 : found->second.committed;
}

int64_t MemoryLog::Fence(const pipeline::PartitionId& partition) {
  const std::scoped_lock lock(mutex_);
  return ++partitions_[partition].epoch;
}

Result<pipeline::Committed> MemoryLog::Commit(const pipeline::PartitionId& partition, int64_t epoch,
                                              std::span<const pipeline::OutRecord> records,
                                              std::span<const pipeline::NextOffset> offsets) {
  const std::scoped_lock lock(mutex_);
  Partition& log = partitions_[partition];
  Fault fault = Fault::kNone;
  if (!faults_.empty()) {
    fault = faults_.front();
    faults_.pop_front();
  }
  if (fault == Fault::kFenced) ++log.epoch;  // a new owner came in between
  if (epoch != log.epoch) {
    ++aborts_;
    return Status(ErrorCode::kFenced, "another instance has " + partition.topic + "-" +
                                          std::to_string(partition.partition));
  }
  switch (fault) {
    case Fault::kAbort:
    case Fault::kUncertainNo:
      ++aborts_;
      return pipeline::Committed::kAborted;
    case Fault::kBrokerGone:
      ++aborts_;
      return Status(ErrorCode::kUnavailable, "no broker answers");
    case Fault::kNone:
    case Fault::kUncertainYes:
    case Fault::kFenced:
      break;
  }
  Apply(records, offsets);
  return pipeline::Committed::kYes;
}

void MemoryLog::Apply(std::span<const pipeline::OutRecord> records,
                      std::span<const pipeline::NextOffset> offsets) {
  outputs_.insert(outputs_.end(), records.begin(), records.end());
  for (const pipeline::NextOffset& next : offsets) partitions_[next.id].committed = next.offset;
  ++commits_;
  changed_.notify_all();
}

void MemoryLog::PlanFaults(std::vector<Fault> faults) {
  const std::scoped_lock lock(mutex_);
  faults_.assign(faults.begin(), faults.end());
}

std::vector<pipeline::OutRecord> MemoryLog::Outputs(pipeline::OutTopic topic) const {
  const std::scoped_lock lock(mutex_);
  std::vector<pipeline::OutRecord> found;
  std::copy_if(outputs_.begin(), outputs_.end(), std::back_inserter(found),
               [topic](const pipeline::OutRecord& record) { return record.topic == topic; });
  return found;
}

size_t MemoryLog::commit_count() const {
  const std::scoped_lock lock(mutex_);
  return commits_;
}

size_t MemoryLog::abort_count() const {
  const std::scoped_lock lock(mutex_);
  return aborts_;
}

bool MemoryLog::WaitForCommit(const pipeline::PartitionId& partition, int64_t offset,
                              Duration deadline) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, deadline, [&] {
    const std::map<pipeline::PartitionId, Partition>::const_iterator found =
        partitions_.find(partition);
    return found != partitions_.end() && found->second.committed >= offset;
  });
}

}  // namespace riposte::memory
