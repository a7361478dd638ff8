// What a window of `count` measures, kept up to date while occurrences enter and leave it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "engine/trigger/exact_sum.h"
#include "engine/trigger/occurrence.h"
#include "rules/rule/trigger.h"

namespace riposte::trigger {

// What of an occurrence is measured: of kDistinct the hash of its value, of the numeric ones the
// bits of its number, of kMatches zero.
using Mark = uint64_t;
// False if the occurrence has nothing that could be measured: no value, or no number that can be
// added up.
bool IsMeasurable(rule::Measure measure, const Occurrence& occurrence);
Mark MarkOf(rule::Measure measure, const Occurrence& occurrence);
// False for a numeric mark that MarkOf never gives.
bool IsMark(rule::Measure measure, Mark mark);

class WindowMeasure {
 public:
  WindowMeasure(rule::Measure measure, double percentile)
      : measure_(measure), percentile_(percentile) {}

  void Add(Mark mark);
  void Remove(Mark mark);  // one that was added
  size_t size() const { return size_; }
  double Value();  // of a window that is not empty

 private:
  void SortNumbers();

  rule::Measure measure_;
  double percentile_;
  size_t size_ = 0;
  boost::unordered_flat_map<Mark, uint32_t> values_;  // of kDistinct: how often each is there
  ExactSum sum_;                                      // of kSum and kAverage
  std::vector<double> numbers_;  // of kPercentile: `sorted_` ascending ones, then new ones
  size_t sorted_ = 0;
};

// The place, from 1, of the percentile among `size` ascending numbers: the nearest rank.
size_t NearestRank(double percentile, size_t size);

}  // namespace riposte::trigger
