#include "engine/event/key_set.h"

#include <algorithm>
#include <bit>

namespace riposte::event {
namespace {
constexpr size_t kSmallestTable = 64;
constexpr uint64_t kOddMultiplier = 0x9E3779B97F4A7C15u;
}  // namespace

void KeySet::Begin(size_t most_keys) {
  // At most half full.
  const size_t size = std::bit_ceil(std::max(2 * most_keys, kSmallestTable));
  mask_ = size - 1;
  if (size > entries_.size()) entries_.assign(size, Entry{});
  first_object_ = next_object_;
}

bool KeySet::Insert(uint64_t object, std::string_view key, uint64_t hash) {
  const uint64_t mixed = hash ^ object * kOddMultiplier;
  for (size_t slot = mixed & mask_;; slot = (slot + 1) & mask_) {
    Entry& entry = entries_[slot];
    if (entry.object < first_object_) {
      entry = {.hash = hash, .key = key, .object = object};
      return true;
    }
    if (entry.hash == hash && entry.object == object && entry.key == key) return false;
  }
}

}  // namespace riposte::event
