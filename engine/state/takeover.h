// Whether a store that was found can be brought up to date from the changelog, and bringing it
// there. The order of a start: fence, committed offsets, open the store, this, resume.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"
#include "engine/state/store.h"

namespace riposte::state {

// What the broker says of the task's partition of the changelog, read committed, after the former
// owner was fenced.
struct ChangelogFacts {
  Uuid birth;
  int64_t first = 0;            // the first offset that is still there
  int64_t end = 0;              // the last stable offset: nothing at or behind it is committed
  Duration delete_retention{};  // how long a deletion stays to be read
};

// Why a store is of no use. Bounded: a metric label.
enum class Unusable : uint8_t {
  kNone,
  kOtherChangelog,  // it mirrors one that was deleted
  kAhead,           // it has what the changelog lost
  kGone,            // what it lacks is no longer there; compaction keeps values, but not deletions
  kTooOld,          // a deletion may have been compacted away: its key would live for ever
  kCount
};
std::string_view UnusableName(Unusable reason);

// A store without a mark is empty and of use.
Unusable JudgeStore(const std::optional<Mark>& mark, const ChangelogFacts& facts, Time now);

// Applies what is read of the changelog to a store, in batches. The records come in order; there
// may be gaps between their offsets. Until it is finished, the store counts as old as it was
// before, or as this replay: what was deleted since then may have to be read yet.
class Replay {
 public:
  // `store`, which is of use, must outlive it.
  Replay(Store& store, const ChangelogFacts& facts, Time begun);
  // Where to begin to read.
  int64_t from() const { return next_; }
  // The record at `offset`. Empty value: a deletion. kInvalidArgument: an offset that was there
  // before, or beyond the facts' end.
  Status Add(int64_t offset, std::string_view key, std::optional<std::string_view> value);
  // Everything up to the end was read. The store's mark is there, then.
  Status Finish(Time now);
  int64_t records() const { return records_; }

 private:
  Status Write(int64_t next, Time written_at);

  Store& store_;
  const ChangelogFacts facts_;
  Time old_as_of_;
  int64_t next_;
  int64_t records_ = 0;
  std::vector<Change> batch_;
  size_t batch_bytes_ = 0;
};

}  // namespace riposte::state
