#include "engine/match/sampling.h"

#include <algorithm>
#include <limits>

namespace riposte::match {

Lap::Lap() {
  int64_t fastest = std::numeric_limits<int64_t>::max();
  for (int i = 0; i < 16; ++i) {
    const TimePoint before = std::chrono::steady_clock::now();
    fastest = std::min(fastest, NsBetween(before, std::chrono::steady_clock::now()));
  }
  reading_ns_ = fastest;
}

}  // namespace riposte::match
