// One partition of a topic: records, markers, and what a read_committed reader sees of them.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "base/time.h"

namespace riposte::sim {

enum class RecordState : uint8_t {
  kPlain,  // of no transaction
  kOpen,
  kCommitted,
  kAborted,
  kMarker,   // the end of a transaction: an offset without a record
  kRemoved,  // by compaction: likewise
};

struct LogRecord {
  std::string key;
  std::optional<std::string> value;  // empty optional: a tombstone
  Time append_time{};
  RecordState state = RecordState::kPlain;
  int64_t producer = -1;  // -1: none
  int32_t epoch = -1;
};

class PartitionLog {
 public:
  // Returns the record's offset.
  int64_t Append(std::string key, std::optional<std::string> value, Time now);
  // As part of the producer's transaction, which is open until End().
  int64_t AppendOpen(int64_t producer, int32_t epoch, std::string key,
                     std::optional<std::string> value, Time now);
  void End(int64_t producer, bool commit, Time now);
  // Of what readers see, keeps each key's last record alone, and of those no deletion from before
  // `deletions_before`. Offsets stay as they are.
  void Compact(Time deletions_before);

  int64_t end() const { return static_cast<int64_t>(records_.size()); }
  // The first offset that belongs to an open transaction, else the end: readers stop there.
  int64_t last_stable() const;
  // The first offset from `offset` on of a record that a read_committed reader sees; -1: none yet.
  int64_t NextVisible(int64_t offset) const;
  // Whether a read_committed reader that has come so far sees it.
  bool IsVisible(int64_t offset) const;
  // References stay valid.
  const LogRecord& at(int64_t offset) const { return records_.at(static_cast<size_t>(offset)); }

 private:
  std::deque<LogRecord> records_;      // by offset
  std::map<int64_t, int64_t> opened_;  // producer -> first offset of its open transaction
};

}  // namespace riposte::sim
