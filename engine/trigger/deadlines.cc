#include "engine/trigger/deadlines.h"

namespace riposte::trigger {

void Deadlines::Put(size_t place, const Due& entry) {
  heap_[place] = entry;
  places_[entry.id] = static_cast<uint32_t>(place);
}

void Deadlines::MoveUp(size_t place, const Due& entry) {
  while (place > 0) {
    const size_t parent = (place - 1) / 2;
    if (heap_[parent].deadline <= entry.deadline) break;
    Put(place, heap_[parent]);
    place = parent;
  }
  Put(place, entry);
}

void Deadlines::MoveDown(size_t place, const Due& entry) {
  for (;;) {
    size_t child = 2 * place + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1].deadline < heap_[child].deadline) ++child;
    if (entry.deadline <= heap_[child].deadline) break;
    Put(place, heap_[child]);
    place = child;
  }
  Put(place, entry);
}

void Deadlines::RemoveAt(size_t place) {
  const Due removed = heap_[place];
  const Due moved = heap_.back();
  places_[removed.id] = kNone;
  heap_.pop_back();
  if (place == heap_.size()) return;
  if (moved.deadline < removed.deadline) {
    MoveUp(place, moved);
  } else {
    MoveDown(place, moved);
  }
}

void Deadlines::Set(Id id, Time deadline) {
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

void Deadlines::Clear(Id id) {
  if (Has(id)) RemoveAt(places_[id]);
}

std::optional<Time> Deadlines::Of(Id id) const {
  if (!Has(id)) return std::nullopt;
  return heap_[places_[id]].deadline;
}

std::optional<Time> Deadlines::Earliest() const {
  if (heap_.empty()) return std::nullopt;
  return heap_.front().deadline;
}

void Deadlines::TakeBefore(Time watermark, std::vector<Due>& due) {
  while (!heap_.empty() && heap_.front().deadline < watermark) {
    due.push_back(heap_.front());
    RemoveAt(0);
  }
}

size_t Deadlines::MemoryBytes() const {
  return heap_.capacity() * sizeof(Due) + places_.capacity() * sizeof(uint32_t);
}

}  // namespace riposte::trigger
