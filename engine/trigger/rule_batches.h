// The open batches of what is kept by rule: which rules were touched in each, and how far time was
// when it began. A rule begins a batch of its own in the first one that touches it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include "base/check.h"
#include "base/time.h"

namespace riposte::trigger {

// From the indexes of rules in an old rule set to those in the new one.
using MovedRules = boost::unordered_flat_map<uint32_t, uint32_t>;

class RuleBatches {
 public:
  bool empty() const { return batches_.empty(); }
  size_t size() const { return batches_.size(); }

  void Begin(Time watermark) { batches_.push_back({.watermark = watermark, .touched = {}}); }
  // Whether the rule has to begin a batch of its own now.
  bool Touch(uint32_t rule) {
    return !batches_.empty() && batches_.back().touched.insert(rule).second;
  }
  // Calls `commit` for each rule that has a batch of its own in the oldest one, which is no more.
  template <typename Commit>
  void CommitOldest(const Commit& commit) {
    RIPOSTE_CHECK(!batches_.empty(), "no batch is open");
    for (const uint32_t rule : batches_.front().touched) commit(rule);
    batches_.pop_front();
  }
  // Likewise of the newest. Returns how far time was when it began.
  template <typename Undo>
  Time UndoNewest(const Undo& undo) {
    RIPOSTE_CHECK(!batches_.empty(), "no batch is open");
    for (const uint32_t rule : batches_.back().touched) undo(rule);
    const Time watermark = batches_.back().watermark;
    batches_.pop_back();
    return watermark;
  }
  // The rules of the newest batch, ascending; none without one.
  std::vector<uint32_t> Newest() const {
    if (batches_.empty()) return {};
    std::vector<uint32_t> rules(batches_.back().touched.begin(), batches_.back().touched.end());
    std::ranges::sort(rules);
    return rules;
  }
  // Appends those of `old`, with the rules that were moved.
  void TakeOver(const RuleBatches& old, const MovedRules& moved) {
    for (const Batch& batch : old.batches_) {
      Batch& mine = batches_.emplace_back(Batch{.watermark = batch.watermark, .touched = {}});
      for (const uint32_t rule : batch.touched)
        if (const auto found = moved.find(rule); found != moved.end())
          mine.touched.insert(found->second);
    }
  }

 private:
  struct Batch {
    Time watermark{};
    boost::unordered_flat_set<uint32_t> touched;
  };
  std::deque<Batch> batches_;
};

}  // namespace riposte::trigger
