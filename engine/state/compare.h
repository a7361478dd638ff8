// Whether a store holds what its changelog says that it should: for people who ask, beside the
// engine, which may be at work on both.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/state/changelog.h"
#include "engine/state/store.h"
#include "engine/state/takeover.h"

namespace riposte::state {

struct Difference {
  enum class Kind : uint8_t {
    kMissing,  // the changelog has it, the store does not
    kExtra,    // the store has it, the changelog does not
    kOther,    // their values differ
  };
  Kind kind = Kind::kMissing;
  std::string key;  // RecordKey's bytes
  bool operator==(const Difference&) const = default;
};

// Counts are of keys, but for `behind`.
struct Comparison {
  // The store is not of this changelog: nothing was compared. Never kTooOld.
  Unusable unusable = Unusable::kNone;
  uint64_t behind = 0;  // records of the changelog that came after the store's mark
  uint64_t same = 0;
  // As the changelog has it behind the mark: of a commit whose place was not told.
  uint64_t newer = 0;
  // Changed since the mark, and compaction has removed what it was then.
  uint64_t superseded = 0;
  uint64_t missing = 0, extra = 0, other = 0;
  std::vector<Difference> examples{};  // ascending by key; the first so many

  uint64_t differences() const { return missing + extra + other; }
};

// Reads both to their ends. The store was opened before this is called, so that what it has is
// committed. Takes memory for each key of the changelog. Errors: those of both; kDamaged also where
// the changelog begins with something else than its birth.
Result<Comparison> Compare(const Store& store, Changelog& changelog, size_t examples_max);

}  // namespace riposte::state
