#include "tests/simulation/partition_log.h"

#include <algorithm>
#include <utility>

namespace riposte::sim {

int64_t PartitionLog::Append(std::string key, std::optional<std::string> value, Time now) {
  records_.push_back({.key = std::move(key), .value = std::move(value), .append_time = now});
  return end() - 1;
}

int64_t PartitionLog::AppendOpen(int64_t producer, int32_t epoch, std::string key,
                                 std::optional<std::string> value, Time now) {
  records_.push_back({.key = std::move(key),
                      .value = std::move(value),
                      .append_time = now,
                      .state = RecordState::kOpen,
                      .producer = producer,
                      .epoch = epoch});
  opened_.emplace(producer, end() - 1);
  return end() - 1;
}

void PartitionLog::End(int64_t producer, bool commit, Time now) {
  const std::map<int64_t, int64_t>::iterator opened = opened_.find(producer);
  if (opened != opened_.end()) {
    for (int64_t offset = opened->second; offset < end(); ++offset) {
      LogRecord& record = records_[static_cast<size_t>(offset)];
      if (record.producer == producer && record.state == RecordState::kOpen)
        record.state = commit ? RecordState::kCommitted : RecordState::kAborted;
    }
    opened_.erase(opened);
  }
  records_.push_back({.key = {},
                      .value = {},
                      .append_time = now,
                      .state = RecordState::kMarker,
                      .producer = producer});
}

int64_t PartitionLog::last_stable() const {
  int64_t stable = end();
  for (const auto& [producer, first] : opened_) stable = std::min(stable, first);
  return stable;
}

int64_t PartitionLog::NextVisible(int64_t offset) const {
  const int64_t stable = last_stable();
  for (; offset < stable; ++offset)
    if (IsVisible(offset)) return offset;
  return -1;
}

bool PartitionLog::IsVisible(int64_t offset) const {
  const RecordState state = at(offset).state;
  return state == RecordState::kPlain || state == RecordState::kCommitted;
}

void PartitionLog::Compact(Time deletions_before) {
  std::map<std::string, int64_t> last;
  const int64_t stable = last_stable();
  for (int64_t offset = 0; offset < stable; ++offset)
    if (IsVisible(offset)) last[at(offset).key] = offset;
  for (int64_t offset = 0; offset < stable; ++offset) {
    LogRecord& record = records_[static_cast<size_t>(offset)];
    if (!IsVisible(offset)) continue;
    const bool is_old_deletion = !record.value && record.append_time < deletions_before;
    if (last.at(record.key) == offset && !is_old_deletion) continue;
    record = {
        .key = {}, .value = {}, .append_time = record.append_time, .state = RecordState::kRemoved};
  }
}

}  // namespace riposte::sim
