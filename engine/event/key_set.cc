#include "engine/event/key_set.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace riposte::event {
namespace {
constexpr size_t kSmallestTable = 64;
constexpr uint64_t kOddMultiplier = 0x9E3779B97F4A7C15u;
}  // namespace

void KeySet::Begin(size_t most_keys) {
  // At most half full.
  const size_t size = std::bit_ceil(std::max(2 * most_keys, kSmallestTable));
  mask_ = size - 1;
  constexpr uint32_t kLastStart = std::numeric_limits<uint32_t>::max() / 2;
  if (size > entries_.size() || next_object_ > kLastStart) {
    entries_.assign(std::max(size, entries_.size()), Entry{});
    next_object_ = 1;
  }
  first_object_ = next_object_;
}

bool KeySet::Insert(uint32_t object, std::string_view key, uint64_t hash) {
  const uint64_t mixed = hash ^ object * kOddMultiplier;
  for (size_t slot = mixed & mask_;; slot = (slot + 1) & mask_) {
    Entry& entry = entries_[slot];
    if (entry.object < first_object_) {
      entry = {.hash = hash,
               .key = key.data(),
               .size = static_cast<uint32_t>(key.size()),
               .object = object};
      return true;
    }
    if (entry.hash == hash && entry.object == object &&
        std::string_view(entry.key, entry.size) == key)
      return false;
  }
}

}  // namespace riposte::event
