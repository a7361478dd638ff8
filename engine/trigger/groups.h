// The groups of one rule on one task, each with its state.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/time.h"
#include "engine/trigger/group_index.h"

namespace riposte::trigger {

// For one thread. State: a value that can be moved; a new group has State{}. References to states
// and keys hold until the group is removed or evicted.
template <typename State>
class Groups {
 public:
  struct Evicted {
    std::string key;
    State state;
    std::optional<Time> deadline;
  };
  struct Touched {
    GroupId id;
    bool added;
    // For the one that was added: a coverage gap, which the caller audits.
    std::optional<Evicted> evicted;
  };

  // `groups_max`: 1 or more.
  explicit Groups(size_t groups_max) : groups_max_(groups_max) {
    RIPOSTE_CHECK(groups_max > 0, "a table for no groups");
  }

  // The group of `key`, added if there is none, at the bound in place of the least recently used
  // one. It is the last one used then.
  Touched FindOrAdd(std::string_view key) {
    const GroupId found = index_.Find(key);
    if (found != GroupIndex::kNone) {
      index_.Touch(found);
      return {.id = found, .added = false, .evicted = {}};
    }
    std::optional<Evicted> evicted;
    if (IsFull()) evicted = Evict();
    return {.id = Add(key), .added = true, .evicted = std::move(evicted)};
  }
  // There is none of that key. Whatever the bound is.
  GroupId Add(std::string_view key) {
    const GroupId added = index_.Add(key);
    if (added == states_.size()) states_.emplace_back();
    return added;
  }
  // Empty if there is none. Not a use.
  std::optional<GroupId> Find(std::string_view key) const {
    const GroupId found = index_.Find(key);
    return found == GroupIndex::kNone ? std::nullopt : std::optional<GroupId>(found);
  }

  State& at(GroupId id) { return states_[id]; }
  const State& at(GroupId id) const { return states_[id]; }
  std::string_view key(GroupId id) const { return index_.key(id); }

  void Remove(GroupId id) {
    index_.Remove(id);
    states_[id] = State{};
  }

  // Deadlines are said again after each call that may have changed them.
  void SetDeadline(GroupId id, std::optional<Time> deadline) { index_.SetDeadline(id, deadline); }
  // The earliest deadline of all.
  std::optional<Time> NextDeadline() const { return index_.Earliest(); }
  std::optional<Time> DeadlineOf(GroupId id) const { return index_.DeadlineOf(id); }
  // Appends the groups whose deadline is before `watermark`, by deadline, equal ones by key; they
  // have none then. It costs what is due, not what is there.
  void TakeDue(Time watermark, std::vector<Deadlines::Due>& due) { index_.TakeDue(watermark, due); }
  // The first of them only; empty if none is due.
  std::optional<Deadlines::Due> TakeFirstDue(Time watermark) {
    return index_.TakeFirstDue(watermark);
  }

  // Empty if there is no group.
  std::optional<GroupId> LeastRecent() const {
    const GroupId least = index_.LeastRecent();
    return least == GroupIndex::kNone ? std::nullopt : std::optional<GroupId>(least);
  }
  // The group that was used right before; empty if it is the least recently used one.
  std::optional<GroupId> Before(GroupId id) const {
    const GroupId before = index_.Before(id);
    return before == GroupIndex::kNone ? std::nullopt : std::optional<GroupId>(before);
  }
  // To where it is used right after `older`, or before all.
  void MoveBehind(GroupId id, std::optional<GroupId> older) {
    index_.MoveBehind(id, older.value_or(GroupIndex::kNone));
  }

  // Calls visit(id, key, state) for each, from the least to the most recently used: a table that is
  // filled in that order evicts as this one does. `visit` neither adds nor removes.
  template <typename Visit>
  void ForEach(const Visit& visit) const {
    for (GroupId id = index_.LeastRecent(); id != GroupIndex::kNone; id = index_.After(id))
      visit(id, index_.key(id), states_[id]);
  }

  size_t size() const { return index_.size(); }
  bool IsFull() const { return index_.size() >= groups_max_; }
  // Approximate: what the containers hold, without what the states own elsewhere. Freed places
  // count, for they are used again.
  size_t MemoryBytes() const { return index_.MemoryBytes() + states_.size() * sizeof(State); }

 private:
  Evicted Evict() {
    const GroupId id = index_.LeastRecent();
    Evicted evicted{.key = std::string(index_.key(id)),
                    .state = std::move(states_[id]),
                    .deadline = index_.DeadlineOf(id)};
    Remove(id);
    return evicted;
  }

  size_t groups_max_;
  GroupIndex index_;
  std::deque<State> states_;  // by id
};

}  // namespace riposte::trigger
