// Which of many things are due: a heap of deadlines in which each thing has its place, so that one
// can be set anew.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"

namespace riposte::trigger {

// A value; for one thread. Things are small numbers: memory grows with the largest.
class Deadlines {
 public:
  using Id = uint32_t;
  struct Due {
    Time deadline{};
    Id id = 0;
  };

  // In place of the one that it has. O(log n); one that stays costs nothing.
  void Set(Id id, Time deadline);
  void Clear(Id id);
  std::optional<Time> Of(Id id) const;
  std::optional<Time> Earliest() const;

  // Clears and appends those before `watermark`, ascending; equal ones in no order that means
  // anything. O(due log n), and O(due) where they are equal.
  void TakeBefore(Time watermark, std::vector<Due>& due);

  size_t size() const { return heap_.size(); }
  size_t MemoryBytes() const;

 private:
  static constexpr uint32_t kNone = UINT32_MAX;

  bool Has(Id id) const { return id < places_.size() && places_[id] != kNone; }
  void Put(size_t place, const Due& entry);
  void MoveUp(size_t place, const Due& entry);
  void MoveDown(size_t place, const Due& entry);
  void RemoveAt(size_t place);

  std::vector<Due> heap_;         // no child is before its parent
  std::vector<uint32_t> places_;  // by id: where in heap_
};

}  // namespace riposte::trigger
