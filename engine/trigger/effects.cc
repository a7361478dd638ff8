#include "engine/trigger/effects.h"

namespace riposte::trigger {

void FateCounts::Add(uint32_t rule, Fate fate) {
  if (rule >= counts_.size()) counts_.resize(size_t{rule} + 1);
  Counts& counts = counts_[rule];
  if (counts == Counts{}) rules_.push_back(rule);
  ++counts[static_cast<size_t>(fate)];
}

void FateCounts::Clear() {
  for (const uint32_t rule : rules_) counts_[rule] = {};
  rules_.clear();
}

void Effects::Clear() {
  firings.clear();
  closed.clear();
  evicted.clear();
  chained.clear();
  chained_lost = 0;
  fates.Clear();
}

}  // namespace riposte::trigger
