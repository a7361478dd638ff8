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
  for (; offset < stable; ++offset) {
    const RecordState state = at(offset).state;
    if (state == RecordState::kPlain || state == RecordState::kCommitted) return offset;
  }
  return -1;
}

}  // namespace riposte::sim
