// Between the simulated processes and the broker: requests that get lost, answers that get lost,
// requests that arrive long after their sender gave them up, and times at which the broker refuses
// everything.
#pragma once

#include <cstdint>
#include <functional>
#include <map>

#include "tests/simulation/kafka_error.h"
#include "tests/simulation/random.h"
#include "tests/simulation/sim_clock.h"

namespace riposte::sim {

// Who sends requests: a process that others can overtake, and that can be killed, in each of them.
class Host {
 public:
  virtual ~Host() = default;
  // Lets time pass and others run. May never return: it leaves by an exception when the process was
  // killed.
  virtual void Pass(Duration at_least) = 0;
};

enum class Api : uint8_t { kInitProducer, kAddToTxn, kProduce, kOffsetCommit, kEndTxn, kGroup };

class Network {
 public:
  // Shares of 1,000 requests.
  struct Faults {
    uint64_t lost_request = 0;
    uint64_t lost_answer = 0;
    uint64_t late = 0;
    uint64_t late_end = 0;         // of the EndTxn requests, besides
    uint64_t refused_produce = 0;  // produce requests that abort their transaction
    Duration late_max{2500};
    uint64_t overtaken = 300;  // requests during which others run
  };
  struct Counters {
    uint64_t lost = 0, late = 0;
    uint64_t late_ends = 0;        // EndTxn requests that arrived after they were given up
    uint64_t late_ends_taken = 0;  // of those: that the broker accepted
    uint64_t refused = 0;
  };

  Network(const SimClock& clock, const Faults& faults, Random random)
      : clock_(clock), faults_(faults), random_(random) {}

  // One request and its answer, or kBroken. `request` may run after this has returned: it owns what
  // it uses.
  KafkaError Call(Host& host, Api api, const std::function<KafkaError()>& request);
  // Requests whose time has come arrive.
  void Tick();

  void RefuseUntil(Time until) { refuses_until_ = until; }
  bool refusing() const { return clock_.Now() < refuses_until_; }
  // No faults from now on. What is on its way stays on its way.
  void Heal();
  bool Quiet() const { return on_their_way_.empty(); }
  const Counters& counters() const { return counters_; }

 private:
  struct Late {
    Api api = Api::kGroup;
    std::function<KafkaError()> request;
  };

  const SimClock& clock_;
  Faults faults_;
  Random random_;
  Time refuses_until_{};
  std::multimap<Time, Late> on_their_way_;  // by arrival
  Counters counters_;
};

}  // namespace riposte::sim
