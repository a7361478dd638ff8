// Which of many things are due: a heap of deadlines in which each thing has its place, so that one
// can be set anew.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/time.h"

namespace riposte::trigger {

struct DueThing {
  Time deadline{};
  uint32_t id = 0;
};

struct ById {
  bool operator()(uint32_t a, uint32_t b) const { return a < b; }
};

// A value; for one thread. Things are small numbers: memory grows with the largest. `Tie` says
// which of two things with equal deadlines is first, and says the same for as long as both have
// one; it is asked for such pairs only.
template <typename Tie>
class DeadlinesBy {
 public:
  using Id = uint32_t;
  using Due = DueThing;

  explicit DeadlinesBy(Tie tie = {}) : tie_(std::move(tie)) {}

  // In place of the one that it has. O(log n); one that stays costs nothing.
  void Set(Id id, Time deadline) {
    const Due entry{.deadline = deadline, .id = id};
    if (!Has(id)) {
      if (id >= places_.size()) places_.resize(size_t{id} + 1, kNone);
      heap_.push_back(entry);
      return MoveUp(heap_.size() - 1, entry);
    }
    const size_t place = places_[id];
    if (deadline < heap_[place].deadline) {
      MoveUp(place, entry);
    } else if (heap_[place].deadline < deadline) {
      MoveDown(place, entry);
    }
  }
  void Clear(Id id) {
    if (Has(id)) RemoveAt(places_[id]);
  }
  std::optional<Time> Of(Id id) const {
    if (!Has(id)) return std::nullopt;
    return heap_[places_[id]].deadline;
  }
  std::optional<Due> First() const {
    if (heap_.empty()) return std::nullopt;
    return heap_.front();
  }
  std::optional<Time> Earliest() const {
    if (heap_.empty()) return std::nullopt;
    return heap_.front().deadline;
  }

  // Clears and gives the first, if it is before `watermark`. O(log n).
  std::optional<Due> TakeFirstBefore(Time watermark) {
    if (heap_.empty() || heap_.front().deadline >= watermark) return std::nullopt;
    const Due first = heap_.front();
    RemoveAt(0);
    return first;
  }
  // Clears and appends all of these, the first first. O(due log n).
  void TakeBefore(Time watermark, std::vector<Due>& due) {
    while (const std::optional<Due> first = TakeFirstBefore(watermark)) due.push_back(*first);
  }

  size_t size() const { return heap_.size(); }
  size_t MemoryBytes() const {
    return heap_.capacity() * sizeof(Due) + places_.capacity() * sizeof(uint32_t);
  }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;

  bool Has(Id id) const { return id < places_.size() && places_[id] != kNone; }
  bool IsBefore(const Due& a, const Due& b) const {
    return a.deadline != b.deadline ? a.deadline < b.deadline : tie_(a.id, b.id);
  }
  void Put(size_t place, const Due& entry) {
    heap_[place] = entry;
    places_[entry.id] = static_cast<uint32_t>(place);
  }
  void MoveUp(size_t place, const Due& entry) {
    while (place > 0) {
      const size_t parent = (place - 1) / 2;
      if (!IsBefore(entry, heap_[parent])) break;
      Put(place, heap_[parent]);
      place = parent;
    }
    Put(place, entry);
  }
  void MoveDown(size_t place, const Due& entry) {
    for (;;) {
      size_t child = 2 * place + 1;
      if (child >= heap_.size()) break;
      if (child + 1 < heap_.size() && IsBefore(heap_[child + 1], heap_[child])) ++child;
      if (!IsBefore(heap_[child], entry)) break;
      Put(place, heap_[child]);
      place = child;
    }
    Put(place, entry);
  }
  void RemoveAt(size_t place) {
    const Due removed = heap_[place];
    const Due moved = heap_.back();
    places_[removed.id] = kNone;
    heap_.pop_back();
    if (place == heap_.size()) return;
    if (IsBefore(moved, removed)) {
      MoveUp(place, moved);
    } else {
      MoveDown(place, moved);
    }
  }

  Tie tie_;
  std::vector<Due> heap_;         // no child is before its parent
  std::vector<uint32_t> places_;  // by id: where in heap_
};

using Deadlines = DeadlinesBy<ById>;

}  // namespace riposte::trigger
