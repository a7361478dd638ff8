#include "engine/event/arena.h"

#include <algorithm>
#include <cstring>

namespace riposte::event {
namespace {
constexpr size_t kSmallestChunk = 16u << 10;
}

char* Arena::Allocate(size_t size) {
  if (chunks_.empty() || chunks_.back().size - used_ < size) {
    const size_t last = chunks_.empty() ? 0 : chunks_.back().size;
    AddChunk(std::max({size, 2 * last, kSmallestChunk}));
  }
  char* begin = chunks_.back().bytes.get() + used_;
  used_ += size;
  return begin;
}

std::string_view Arena::Copy(std::string_view text) {
  if (text.empty()) return {};
  char* begin = Allocate(text.size());
  std::memcpy(begin, text.data(), text.size());
  return {begin, text.size()};
}

void Arena::Reset() {
  if (chunks_.size() > 1) {
    size_t total = 0;
    for (const Chunk& chunk : chunks_) total += chunk.size;
    chunks_.clear();
    AddChunk(total);
  }
  used_ = 0;
}

void Arena::AddChunk(size_t size) {
  // Not make_unique: nobody reads the bytes before they are written.
  chunks_.push_back({.bytes = std::unique_ptr<char[]>(new char[size]), .size = size});
  used_ = 0;
}

}  // namespace riposte::event
