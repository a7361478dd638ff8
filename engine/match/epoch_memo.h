// What was found out about one event, by number, forgotten all at once when the next event begins.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace riposte::match {

// A note of two bits for each number below a size. Each note carries the epoch in which it was
// made, so that a new epoch clears nothing. One thread.
class EpochMemo {
 public:
  // Epochs are counted in 30 bits; when they are used up, all notes are cleared and counting begins
  // anew. `epoch`: where to begin.
  static constexpr uint32_t kLastEpoch = (uint32_t{1} << 30) - 1;
  explicit EpochMemo(uint32_t epoch = 0) : epoch_(epoch) {}

  // Forgets all notes. Grows to `size`, never shrinks.
  void Begin(size_t size);

  bool Has(size_t i) const { return notes_[i] >> 2 == epoch_; }
  uint32_t Get(size_t i) const { return notes_[i] & 3u; }  // Has(i)
  void Set(size_t i, uint32_t note) { notes_[i] = epoch_ << 2 | note; }
  // Notes that `i` was seen; whether it was not yet.
  bool Insert(size_t i) {
    if (Has(i)) return false;
    Set(i, 0);
    return true;
  }

 private:
  uint32_t epoch_;
  std::vector<uint32_t> notes_;  // 0: of no epoch
};

}  // namespace riposte::match
