// A state of any size as records of a bounded one, and back.
//
// The first segment begins with the number of segments, as a LEB128. A transaction has all segments
// of a state or none, so that what was read up to a commit is whole; what is not was damaged.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/state/state_key.h"
#include "engine/state/store.h"

namespace riposte::state {

inline constexpr size_t kSegmentBytesMax = 16u << 10;  // of a record's value
inline constexpr size_t kSegmentsMax = 256;
// A state larger than this cannot be written; what may grow so far has to be bounded before.
inline constexpr size_t kStateBytesMax = kSegmentBytesMax * kSegmentsMax - 2;

// Appends what brings the key from a state of `segments_before` segments (0: none) to `value`, or,
// if that is empty, to none. Returns how many segments it has then.
uint16_t AppendChanges(const StateKey& key, std::optional<std::string_view> value,
                       uint16_t segments_before, std::vector<Change>& changes);

// Takes the number of segments off the first one's bytes; 0: it says none that can be.
uint16_t TakeSegmentCount(std::string_view& first);

// The state of the key and the number of its segments; empty if there is none. kDamaged: a
// segment is missing or malformed.
struct Whole {
  std::string value;
  uint16_t segments = 0;
};
Result<std::optional<Whole>> ReadState(const Store& store, const StateKey& key);

// Calls `each` for all states of a definition; views live as long as the call. kDamaged as above.
using EachState =
    std::function<void(std::string_view group, std::string_view value, uint16_t segments)>;
Status ScanStates(const Store& store, Kind kind, const DefinitionId& definition,
                  const EachState& each);

}  // namespace riposte::state
