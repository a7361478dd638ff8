// Records on which the process crashed, and when it is enough.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/pipeline/ports.h"

namespace riposte::pipeline {

// A record that crashed the process that often is poison: it is dead-lettered unparsed.
inline constexpr int64_t kPoisonCrashes = 3;

struct CrashedRecord {
  int64_t offset = 0;
  int64_t crashes = 0;
};

// What is remembered of crashes beyond the end of the process. Safe to use from any thread.
class CrashHistory {
 public:
  virtual ~CrashHistory() = default;
  // The partition is worked on here from `start_offset` on; what was before is forgotten. The
  // records behind it on which the process crashed, by ascending offset.
  virtual std::vector<CrashedRecord> OnAssigned(const PartitionId& partition,
                                                int64_t start_offset) = 0;
  // What is below `next_offset` is committed here, and forgotten. Called only if that is one of
  // those records.
  virtual void OnCommitted(const PartitionId& partition, int64_t next_offset) = 0;
};

// The records of one task on which the process crashed. One thread.
class Poison {
 public:
  // `history` and `partition` outlive it. Without a history no record is poison.
  Poison(CrashHistory* history, const PartitionId& partition, int64_t start_offset);

  // How often the record crashed the process if that is enough; else 0.
  int64_t CrashesIfPoison(int64_t offset) const { return crashed_.empty() ? 0 : Find(offset); }
  // Everything below `next_offset` is committed.
  void OnCommitted(int64_t next_offset);

 private:
  int64_t Find(int64_t offset) const;

  CrashHistory* const history_;
  const PartitionId& partition_;
  std::vector<CrashedRecord> crashed_;  // not yet committed
};

}  // namespace riposte::pipeline
