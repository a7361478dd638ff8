#include "engine/trigger/group_index.h"

#include <xxhash.h>

#include "base/check.h"

namespace riposte::trigger {
namespace {

// What a string holds in itself.
const size_t kInPlace = std::string().capacity();

size_t OutsideBytes(const std::string& key) {
  return key.capacity() > kInPlace ? key.capacity() + 1 : 0;
}

}  // namespace

size_t GroupIndex::Hash::operator()(std::string_view key) const {
  return XXH3_64bits(key.data(), key.size());
}

GroupId GroupIndex::Find(std::string_view key) const {
  const auto found = ids_.find(key);
  return found == ids_.end() ? kNone : *found;
}

GroupId GroupIndex::NewSlot() {
  if (free_.empty()) {
    RIPOSTE_CHECK(slots_.size() < kNone, "more groups than there are numbers");
    slots_.emplace_back();
    return static_cast<GroupId>(slots_.size() - 1);
  }
  const GroupId id = free_.back();
  free_.pop_back();
  return id;
}

GroupId GroupIndex::Add(std::string_view key) {
  const GroupId id = NewSlot();
  Slot& slot = slots_[id];
  slot.key = std::string(key);
  slot.hash = ids_.hash_function()(key);
  key_bytes_ += OutsideBytes(slot.key);
  MoveIn(id, newest_);
  ids_.insert(id);
  return id;
}

void GroupIndex::Remove(GroupId id) {
  ids_.erase(id);
  deadlines_.Clear(id);
  Unlink(id);
  key_bytes_ -= OutsideBytes(slots_[id].key);
  slots_[id] = Slot{};
  free_.push_back(id);
}

void GroupIndex::Touch(GroupId id) {
  if (id != newest_) MoveBehind(id, newest_);
}

void GroupIndex::MoveBehind(GroupId id, GroupId older) {
  Unlink(id);
  MoveIn(id, older);
}

void GroupIndex::MoveIn(GroupId id, GroupId older) {
  Slot& slot = slots_[id];
  slot.older = older;
  slot.newer = older == kNone ? oldest_ : slots_[older].newer;
  (slot.older == kNone ? oldest_ : slots_[slot.older].newer) = id;
  (slot.newer == kNone ? newest_ : slots_[slot.newer].older) = id;
}

void GroupIndex::Unlink(GroupId id) {
  const Slot& slot = slots_[id];
  (slot.older == kNone ? oldest_ : slots_[slot.older].newer) = slot.newer;
  (slot.newer == kNone ? newest_ : slots_[slot.newer].older) = slot.older;
}

void GroupIndex::SetDeadline(GroupId id, std::optional<Time> deadline) {
  if (deadline) {
    deadlines_.Set(id, *deadline);
  } else {
    deadlines_.Clear(id);
  }
}

size_t GroupIndex::MemoryBytes() const {
  return slots_.size() * sizeof(Slot) + key_bytes_ + free_.capacity() * sizeof(GroupId) +
         ids_.bucket_count() * (sizeof(GroupId) + 1) + deadlines_.MemoryBytes();
}

}  // namespace riposte::trigger
