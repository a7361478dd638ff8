// The keys of the changelog's records, and of a store's. A state belongs to a definition (rule
// files change; the identity of what is counted does not) and a group of it, and stands in one
// record or, if it is large, in several: segments.
//
//   kind (1 byte), definition (16 bytes), group (any bytes), segment (2 bytes, big-endian)
//
// so that all groups of a definition are next to each other, and a group's segments in order.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/uuid.h"

namespace riposte::state {

// What a record is about. The numbers are stored: none is ever used for something else.
enum class Kind : uint8_t {
  kBirth = 1,     // of the changelog: a random id, under one fixed key
  kWindow = 2,    // a trigger's state of a group
  kSuppress = 3,  // what is silenced
  kClock = 4,     // how far the task's sources were
  kOrdered = 5,   // what was ordered on an asset, which is the group; of no definition: zeros
};

// What a rule's windows, or what it silences, stand under.
using DefinitionId = std::array<uint8_t, 16>;
// `definition_hash`: rule::DefinitionHash, or that of its `suppress`. Two rules may ask for the
// same: each has windows of its own.
DefinitionId DefinitionIdOf(const Uuid& rule, std::string_view definition_hash);

struct StateKey {
  Kind kind = Kind::kWindow;
  DefinitionId definition{};
  std::string_view group;
  bool operator==(const StateKey&) const = default;
};

// The largest group key. A longer one is for the caller to shorten, by a hash.
inline constexpr size_t kGroupBytesMax = 1024;

std::string RecordKey(const StateKey& key, uint16_t segment);
// What every group's records of the definition begin with.
std::string DefinitionPrefix(Kind kind, const DefinitionId& definition);

struct ParsedKey {
  StateKey key;  // a view of what was given
  uint16_t segment = 0;
};
// Empty if `bytes` is no key of ours.
std::optional<ParsedKey> ParseRecordKey(std::string_view bytes);

}  // namespace riposte::state
