#include "engine/event/text_table.h"

#include <bit>
#include <utility>

#include <xxhash.h>

namespace riposte::event {
namespace {

size_t HashOf(std::string_view text) { return XXH3_64bits(text.data(), text.size()); }

}  // namespace

TextTable::TextTable(std::vector<std::string> texts)
    : texts_(std::move(texts)), slots_(std::bit_ceil(4 * texts_.size() + 1), kNone) {
  for (uint32_t i = 0; i < texts_.size(); ++i) {
    size_t slot = HashOf(texts_[i]) & (slots_.size() - 1);
    while (slots_[slot] != kNone) slot = (slot + 1) & (slots_.size() - 1);
    slots_[slot] = i;
  }
}

// The texts are the profile's, so nobody can make this slow by a choice of what is looked for.
uint32_t TextTable::Find(std::string_view text) const {
  for (size_t slot = HashOf(text);; ++slot) {
    const uint32_t found = slots_[slot & (slots_.size() - 1)];
    if (found == kNone || texts_[found] == text) return found;
  }
}

}  // namespace riposte::event
