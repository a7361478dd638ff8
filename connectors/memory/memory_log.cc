#include "connectors/memory/memory_log.h"

#include <algorithm>
#include <utility>

namespace riposte::memory {

int64_t MemoryLog::Append(const pipeline::PartitionId& partition, std::string key,
                          std::optional<std::string> value, Time append_time) {
  const std::scoped_lock lock(mutex_);
  newest_append_ = std::max(newest_append_, append_time);
  return AppendTo(partitions_[partition], std::move(key), std::move(value), append_time);
}

int64_t MemoryLog::AppendTo(Partition& log, std::string key, std::optional<std::string> value,
                            Time append_time) {
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
  log.changelog_next = Apply(records, offsets);
  if (fault == Fault::kUncertainYes) log.changelog_next.reset();
  return pipeline::Committed::kYes;
}

// Returns the first offset behind what the changelog got.
std::optional<int64_t> MemoryLog::Apply(std::span<const pipeline::OutRecord> records,
                                        std::span<const pipeline::NextOffset> offsets) {
  std::optional<int64_t> changelog_next;
  for (const pipeline::OutRecord& record : records) {
    outputs_.push_back(record);
    if (record.topic == pipeline::OutTopic::kShuffle)
      AppendTo(partitions_[{.topic = kShuffleTopic, .partition = record.partition}], record.key,
               record.value, newest_append_);
    if (record.topic != pipeline::OutTopic::kChangelog) continue;
    std::vector<StoredRecord>& changelog = changelogs_[record.partition];
    const int64_t offset = static_cast<int64_t>(changelog.size());
    StoredRecord& stored = changelog.emplace_back();
    stored.offset = offset;
    stored.key = record.key;
    if (!record.deletes) stored.value = record.value;
    changelog_next = offset + 1;
  }
  for (const pipeline::NextOffset& next : offsets) partitions_[next.id].committed = next.offset;
  ++commits_;
  changed_.notify_all();
  return changelog_next;
}

std::optional<int64_t> MemoryLog::ChangelogNext(const pipeline::PartitionId& partition) const {
  const std::scoped_lock lock(mutex_);
  const auto found = partitions_.find(partition);
  return found == partitions_.end() ? std::nullopt : found->second.changelog_next;
}

std::vector<StoredRecord> MemoryLog::ReadChangelog(int32_t task, int64_t offset, int64_t end,
                                                   size_t max_records) const {
  const std::scoped_lock lock(mutex_);
  std::vector<StoredRecord> read;
  const auto found = changelogs_.find(task);
  if (found == changelogs_.end()) return read;
  const std::vector<StoredRecord>& changelog = found->second;
  const size_t stop = std::min(changelog.size(), static_cast<size_t>(end));
  for (auto i = static_cast<size_t>(offset); i < stop && read.size() < max_records; ++i)
    read.push_back(changelog[i]);
  return read;
}

int64_t MemoryLog::ChangelogEnd(int32_t task) const {
  const std::scoped_lock lock(mutex_);
  const auto found = changelogs_.find(task);
  return found == changelogs_.end() ? 0 : static_cast<int64_t>(found->second.size());
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
