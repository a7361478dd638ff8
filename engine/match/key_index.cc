#include "engine/match/key_index.h"

#include <bit>

#include "base/check.h"

namespace riposte::match {

KeyIndex KeyIndex::Build(std::span<const std::pair<uint64_t, uint32_t>> entries) {
  KeyIndex index;
  const size_t size = std::bit_ceil(entries.size() * 2 + 1);
  index.keys_.assign(size, 0);
  index.numbers_.assign(size, 0);
  index.mask_ = size - 1;
  for (const auto& [key, number] : entries) {
    RIPOSTE_CHECK(key != 0, "0 marks a free slot");
    size_t at = key & index.mask_;
    while (index.keys_[at] != 0) at = (at + 1) & index.mask_;
    index.keys_[at] = key;
    index.numbers_[at] = number;
  }
  return index;
}

}  // namespace riposte::match
