// The clock of a run: it stands still until the driver moves it.
#pragma once

#include "base/time.h"

namespace riposte::sim {

class SimClock final : public Clock {
 public:
  explicit SimClock(Time start) : now_(start) {}
  Time Now() const override { return now_; }
  void Advance(Duration by) { now_ += by; }

 private:
  Time now_;
};

}  // namespace riposte::sim
