// What groups were before the open batches changed them.
//
// A batch has each group at most once, as it was when the batch began. Its moves are those out of
// the order of use, also at most one a group: undone from the last to the first they restore that
// order, since what a group was moved from behind had not been moved before it.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/check.h"
#include "base/time.h"

namespace riposte::trigger {

template <typename State>
class UndoLog {
 public:
  struct Before {
    std::string key;
    std::optional<State> state;  // empty: there was no such group
    std::optional<Time> deadline;
    bool moved = false;
  };
  struct Move {
    std::string key;
    std::optional<std::string> older;  // used right before it; empty: none was
  };
  class Batch {
   public:
    // In the order in which they were changed first.
    const std::deque<Before>& groups() const { return groups_; }
    std::deque<Before>& groups() { return groups_; }
    const std::vector<Move>& moves() const { return moves_; }
    // About what it takes to write the groups as they are, and to keep them as they were.
    size_t bytes() const { return bytes_; }
    void AddBytes(size_t bytes) { bytes_ += bytes; }

    Before* Find(std::string_view key) {
      const auto found = by_key_.find(key);
      return found == by_key_.end() ? nullptr : found->second;
    }
    // It has none of that key.
    Before& Add(Before before) {
      Before& added = groups_.emplace_back(std::move(before));
      by_key_.emplace(added.key, &added);
      return added;
    }
    // The group, which it has, leaves its place for the first time.
    void AddMove(Before& group, std::optional<std::string>&& older) {
      group.moved = true;
      moves_.push_back({.key = group.key, .older = std::move(older)});
    }

   private:
    std::deque<Before> groups_;  // which stay where they are
    boost::unordered_flat_map<std::string_view, Before*> by_key_;
    std::vector<Move> moves_;
    size_t bytes_ = 0;
  };

  void Begin() { batches_.emplace_back(); }
  // Null if none is open.
  Batch* newest() { return batches_.empty() ? nullptr : &batches_.back(); }
  const Batch* newest() const { return batches_.empty() ? nullptr : &batches_.back(); }
  size_t bytes() const {
    size_t bytes = 0;
    for (const Batch& batch : batches_) bytes += batch.bytes();
    return bytes;
  }
  void DropOldest() {
    RIPOSTE_CHECK(!batches_.empty(), "no batch is open");
    batches_.pop_front();
  }
  void DropNewest() {
    RIPOSTE_CHECK(!batches_.empty(), "no batch is open");
    batches_.pop_back();
  }

 private:
  std::deque<Batch> batches_;
};

}  // namespace riposte::trigger
