// What the processes of a run have in common.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/guard/guard.h"
#include "engine/pipeline/task.h"
#include "tests/simulation/layout.h"
#include "tests/simulation/outbox.h"
#include "tests/simulation/planted.h"

namespace riposte::sim {

// The rules and what they are compiled to: the same for all runs, immutable.
struct LiveSetup {
  // Two versions of the same rules: in the second each has another name. What they find, count and
  // order is the same.
  std::array<pipeline::LiveRulesPtr, 2> live;
  pipeline::Standing standing;  // enforcing, all rules armed
  guard::Chain guards;
  // `resets`: the defect that the second version's windows are defined in another way.
  static const LiveSetup& Get(bool resets);
};

// Counts what the tasks tell; nothing depends on it.
class CountingObserver final : public pipeline::Observer {
 public:
  void OnCommit(const pipeline::Report& report) override;
  void OnAbort(const PartitionId& partition, bool open_behind) override;
  void OnTaskStopped(const PartitionId& partition, const Status& reason) override;
  void OnWindowsStart(const pipeline::WindowsStart& start) override;
  void OnWindowsReload(const pipeline::WindowsReload& reload) override;
  void OnStoreLag(int32_t task, const Status& reason) override;

  uint64_t consumed = 0, aborts = 0, undone = 0, fenced = 0;
  uint64_t restored = 0;  // starts of state tasks that found windows
  uint64_t wiped = 0;     // stores that were of no use
  uint64_t lags = 0;      // stores that could not follow
  uint64_t reloads = 0;   // that kept windows
  uint64_t shuffled = 0;  // contributions and proposals for other tasks
  uint64_t received = 0;  // records of the shuffle
};

// Of a run; outlives its processes.
struct World {
  SimClock& clock;
  KafkaModel& kafka;
  Network& network;
  const LiveSetup& setup;
  pipeline::TaskOptions task;
  int32_t out_partitions = 1;
  const Layout& layout;
  bool reloads = false;
  Planted planted = Planted::kNone;
  CountingObserver observer;
  SimOutbox::Counters outboxes;
  uint64_t members = 0;   // that ever joined: for names
  uint64_t sessions = 0;  // of outboxes: for names
  uint64_t zombies = 0;   // processes that woke up after the group had gone on without them
  std::vector<std::string> unexplained;  // why tasks stopped, if no fault of the run is the reason
};

}  // namespace riposte::sim
