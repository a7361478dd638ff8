// Which groups a rule has on a task: from a group's key to a small number, the order in which they
// were used, and their deadlines. The states by these numbers: groups.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_set.hpp>

#include "base/time.h"
#include "engine/trigger/deadlines.h"

namespace riposte::trigger {

using GroupId = Deadlines::Id;

// For one thread. A look-up allocates nothing. Numbers of removed groups are used again. The order
// of use is all that anything depends on: it is the same wherever the same was called.
class GroupIndex {
 public:
  static constexpr GroupId kNone = UINT32_MAX;

  GroupIndex() : ids_(0, Hash{&slots_}, Equal{&slots_}), deadlines_(ByKey{&slots_}) {}
  GroupIndex(const GroupIndex&) = delete;
  GroupIndex& operator=(const GroupIndex&) = delete;

  // Bytes of any kind. kNone: no such group. Neither is a use.
  GroupId Find(std::string_view key) const;
  std::string_view key(GroupId id) const { return slots_[id].key; }

  // There is none of that key. It is the last one used, and has no deadline.
  GroupId Add(std::string_view key);
  void Remove(GroupId id);
  // Makes it the last one used.
  void Touch(GroupId id);

  // From the least to the most recently used; kNone at the end.
  GroupId LeastRecent() const { return oldest_; }
  GroupId After(GroupId id) const { return slots_[id].newer; }
  GroupId Before(GroupId id) const { return slots_[id].older; }
  // To where it is used right after `older`; kNone: before all.
  void MoveBehind(GroupId id, GroupId older);

  void SetDeadline(GroupId id, std::optional<Time> deadline);
  std::optional<Time> Earliest() const { return deadlines_.Earliest(); }
  std::optional<Time> DeadlineOf(GroupId id) const { return deadlines_.Of(id); }
  // Appends the groups whose deadline is before `watermark`, by deadline, equal ones by key; they
  // have none then. It costs what is due, not what is there.
  void TakeDue(Time watermark, std::vector<Deadlines::Due>& due) {
    deadlines_.TakeBefore(watermark, due);
  }
  // The first of them only; empty if none is due.
  std::optional<Deadlines::Due> TakeFirstDue(Time watermark) {
    return deadlines_.TakeFirstBefore(watermark);
  }

  size_t size() const { return ids_.size(); }
  // Of the table and the keys: what containers hold, without what the allocator adds.
  size_t MemoryBytes() const;

 private:
  struct Slot {
    std::string key;
    size_t hash = 0;
    GroupId older = kNone, newer = kNone;
  };
  using Slots = std::deque<Slot>;

  // A set of numbers that is asked for keys.
  struct Hash {
    using is_transparent = void;
    const Slots* slots;
    size_t operator()(std::string_view key) const;
    size_t operator()(GroupId id) const { return (*slots)[id].hash; }
  };
  struct Equal {
    using is_transparent = void;
    const Slots* slots;
    bool operator()(GroupId a, GroupId b) const { return a == b; }
    bool operator()(std::string_view key, GroupId id) const { return (*slots)[id].key == key; }
    bool operator()(GroupId id, std::string_view key) const { return (*slots)[id].key == key; }
  };

  struct ByKey {
    const Slots* slots;
    bool operator()(GroupId a, GroupId b) const { return (*slots)[a].key < (*slots)[b].key; }
  };

  GroupId NewSlot();
  void MoveIn(GroupId id, GroupId older);
  void Unlink(GroupId id);

  Slots slots_;
  std::vector<GroupId> free_;
  boost::unordered_flat_set<GroupId, Hash, Equal> ids_;
  DeadlinesBy<ByKey> deadlines_;
  GroupId oldest_ = kNone, newest_ = kNone;
  size_t key_bytes_ = 0;  // of keys too long to stand in their slot
};

}  // namespace riposte::trigger
