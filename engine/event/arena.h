// Memory of one event's texts: grows to what the largest event needed, then stays.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace riposte::event {

// What it hands out stays where it is until Reset(). One thread.
class Arena {
 public:
  // `size` bytes without a defined content.
  char* Allocate(size_t size);
  // Gives back what lies behind `end` of the last Allocate().
  void GiveBack(const char* end) { used_ = static_cast<size_t>(end - chunks_.back().bytes.get()); }
  std::string_view Copy(std::string_view text);
  // Forgets everything. Several chunks become one of their joint size, so that the next event of
  // this kind needs no allocation.
  void Reset();

 private:
  struct Chunk {
    std::unique_ptr<char[]> bytes;
    size_t size = 0;
  };
  void AddChunk(size_t size);

  std::vector<Chunk> chunks_;  // only the last one has room
  size_t used_ = 0;            // of the last one
};

}  // namespace riposte::event
