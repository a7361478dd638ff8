// Events that come at a fixed rate, whether anybody reads them or not, so that it shows how long
// they wait.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "benchmarks/events.h"
#include "engine/pipeline/ports.h"

namespace riposte::bench {

using Milliseconds = std::chrono::duration<double, std::milli>;

// Shared by the input and who looks at it.
class Pace {
 public:
  // `events` come over and over, and outlive it.
  Pace(const Events& events, double per_second);

  pipeline::PartitionId id() const { return {.topic = "paced", .partition = 0}; }
  // The longest time from when an event was due to when it was polled, since the last call. Any
  // thread.
  Milliseconds TakeLongestWait() { return longest_.exchange({}); }

 private:
  friend class PacedInput;
  const Events& events_;
  const std::chrono::duration<double> period_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::atomic<Milliseconds> longest_{};
};

// The events of `pace` for a worker. What comes of them goes nowhere.
pipeline::Assignment AssignPaced(std::shared_ptr<Pace> pace, const std::string& profile);

}  // namespace riposte::bench
