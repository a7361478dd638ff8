// What a store holds, in figures: for people who look into one, also one that is damaged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/state/state_key.h"
#include "engine/state/store.h"

namespace riposte::state {

struct GroupSize {
  std::string group;
  uint64_t bytes = 0;  // keys and values of its records
  bool operator==(const GroupSize&) const = default;
};

// All that stands under one kind and definition.
struct DefinitionSummary {
  Kind kind = Kind::kWindow;
  DefinitionId definition{};
  uint64_t groups = 0;  // whole ones
  uint64_t records = 0;
  uint64_t bytes = 0;                // keys and values
  uint64_t damaged = 0;              // records that are no part of a whole group
  std::vector<GroupSize> largest{};  // first; ties by key
  bool operator==(const DefinitionSummary&) const = default;
};

struct StoreSummary {
  uint64_t records = 0;
  uint64_t bytes = 0;
  uint64_t foreign = 0;                          // records whose key is none of ours
  std::vector<DefinitionSummary> definitions{};  // ascending by kind and definition
  uint64_t damaged() const;
};

// Reads all of it. `largest`: so many groups of each definition are named. Errors: the store's.
Result<StoreSummary> Summarize(const Store& store, size_t largest);

}  // namespace riposte::state
