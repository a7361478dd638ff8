// What calls of a correlator brought about.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/trigger/contribution.h"
#include "engine/trigger/occurrence.h"

namespace riposte::trigger {

// Of a rule whose `fires` is false it is for other rules only: that is the caller's to look at.
struct Firing {
  uint32_t rule = 0;  // index in RuleSet::rules
  std::string key;    // of the group: ValuesOfKey tells its values
  Completion completion;
  // Of all firings of the task its own, and the same wherever the same was called in the same
  // order: the caller's order of the call that brought it about, and a number behind it.
  uint64_t order = 0;
  bool operator==(const Firing&) const = default;
};

// The cooldown of a firing is over, and something joined it.
struct ClosedFiring {
  uint32_t rule = 0;
  std::string key;
  Summary summary;
  bool operator==(const ClosedFiring&) const = default;
};

// A group went at its rule's bound, although it could still have mattered: a coverage gap.
struct EvictedGroup {
  uint32_t rule = 0;
  std::string key;
  bool operator==(const EvictedGroup&) const = default;
};

// How many contributions of each rule had which fate.
class FateCounts {
 public:
  using Counts = std::array<uint64_t, static_cast<size_t>(Fate::kCount)>;

  void Add(uint32_t rule, Fate fate);
  // The rules that have any, in no order that means anything.
  const std::vector<uint32_t>& rules() const { return rules_; }
  const Counts& of(uint32_t rule) const { return counts_[rule]; }  // one of rules()
  void Clear();                                                    // costs what is there

 private:
  std::vector<Counts> counts_;  // by rule
  std::vector<uint32_t> rules_;
};

// Calls append; the caller clears. Each list in the order in which it came about.
struct Effects {
  std::vector<Firing> firings;
  std::vector<ClosedFiring> closed;
  std::vector<EvictedGroup> evicted;
  // What the firings are to other rules. The correlator has not taken them: each goes to the task
  // that owns its route, which may be this one.
  std::vector<Contribution> chained;
  // Of firings that could not be told to another rule: their key is a hash, or what is measured is
  // no number.
  uint64_t chained_lost = 0;
  FateCounts fates;
  void Clear();
};

}  // namespace riposte::trigger
