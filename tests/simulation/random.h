// Random numbers that are the same on every machine: the standard's distributions and shuffles are
// not.
#pragma once

#include <cstdint>

#include "base/check.h"
#include "base/time.h"

namespace riposte::sim {

// SplitMix64.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    state_ += 0x9e3779b97f4a7c15u;
    uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    return mixed ^ (mixed >> 31);
  }
  // 0 to `limit` - 1.
  uint64_t Below(uint64_t limit) {
    RIPOSTE_CHECK(limit > 0, "there is something to choose from");
    return Next() % limit;
  }
  // Both ends included.
  int64_t Between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(Below(static_cast<uint64_t>(high - low) + 1));
  }
  Duration Span(int64_t low_ms, int64_t high_ms) { return Duration(Between(low_ms, high_ms)); }
  bool Chance(uint64_t of_thousand) { return Below(1000) < of_thousand; }
  // A stream of its own: what one part draws does not shift what the others get.
  Random Fork() { return Random(Next()); }

 private:
  uint64_t state_;
};

}  // namespace riposte::sim
