// Keys of 64 bits to numbers, laid out for look-ups that mostly fail.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace riposte::match {

// A hash table in flat arrays: open addressing, at most half full, the keys apart from the numbers.
// Keys are hashes already, and not 0. Immutable, shared.
class KeyIndex {
 public:
  // Each key once.
  static KeyIndex Build(std::span<const std::pair<uint64_t, uint32_t>> entries);

  std::optional<uint32_t> Find(uint64_t key) const {
    for (size_t at = key & mask_;; at = (at + 1) & mask_) {
      if (keys_[at] == key) return numbers_[at];
      if (keys_[at] == 0) return std::nullopt;
    }
  }
  // Has the memory that Find(key) reads first brought nearer.
  void Prefetch(uint64_t key) const { __builtin_prefetch(&keys_[key & mask_]); }

 private:
  std::vector<uint64_t> keys_{0};  // a power of two; 0: free
  std::vector<uint32_t> numbers_{0};
  size_t mask_ = 0;
};

}  // namespace riposte::match
