// A clock that only moves when told to.
#pragma once

#include <atomic>

#include "base/time.h"

namespace riposte::test {

class ManualClock final : public Clock {
 public:
  explicit ManualClock(Time start) : now_ms_(ToMs(start)) {}
  Time Now() const override { return TimeFromMs(now_ms_.load()); }
  void Advance(Duration by) { now_ms_ += by.count(); }

 private:
  std::atomic<int64_t> now_ms_;
};

}  // namespace riposte::test
