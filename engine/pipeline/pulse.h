// Whether a worker makes progress. Only its own work counts: waiting for records or for a broker is
// no standstill, so that an outage of Kafka does not have healthy processes restarted.
#pragma once

#include <atomic>
#include <memory>

#include "base/time.h"
#include "engine/pipeline/committer.h"
#include "engine/pipeline/ports.h"
#include "engine/state/changelog.h"

namespace riposte::pipeline {

// Set by one worker, read from any thread.
class Pulse {
 public:
  void Working(Time now) { working_since_ms_.store(ToMs(now), std::memory_order_relaxed); }
  void Waiting() { working_since_ms_.store(kWaiting, std::memory_order_relaxed); }
  // How long the worker has been working since it last waited or began anew; zero while it waits.
  Duration WorkingFor(Time now) const;

 private:
  static constexpr int64_t kWaiting = -1;
  std::atomic<int64_t> working_since_ms_{kWaiting};
};

// The same, which tell `pulse` when they wait. `pulse` and `clock` outlive them.
std::unique_ptr<Input> WithPulse(std::unique_ptr<Input> input, Pulse& pulse, const Clock& clock);
std::unique_ptr<Committer> WithPulse(std::unique_ptr<Committer> committer, Pulse& pulse,
                                     const Clock& clock);
std::unique_ptr<state::Changelog> WithPulse(std::unique_ptr<state::Changelog> changelog,
                                            Pulse& pulse, const Clock& clock);

}  // namespace riposte::pipeline
