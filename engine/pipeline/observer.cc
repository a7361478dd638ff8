#include "engine/pipeline/observer.h"

#include <algorithm>

namespace riposte::pipeline {

void DelayHistogram::Add(double seconds, uint64_t times) {
  const size_t bucket = static_cast<size_t>(
      std::lower_bound(kDelayBounds.begin(), kDelayBounds.end(), seconds) - kDelayBounds.begin());
  buckets[bucket] += times;
  sum_seconds += seconds * static_cast<double>(times);
}

}  // namespace riposte::pipeline
