// Faults, disks that fail and new owners at random times: what the random tests of tasks share.
#pragma once

#include <random>
#include <vector>

#include "connectors/memory/memory_log.h"
#include "engine/pipeline/task.h"
#include "tests/engine/pipeline/held_committer.h"

namespace riposte::test {

// What befalls so many commits: every second one nothing.
inline std::vector<memory::Fault> RandomFaults(std::mt19937& random, int commits) {
  std::vector<memory::Fault> faults;
  for (int i = 0; i < commits; ++i)
    faults.push_back(random() % 2 == 0 ? memory::Fault::kNone
                                       : static_cast<memory::Fault>(random() % 6));
  return faults;
}

// Works on what is in the log of `task`, a TaskHarness with the disk `kept`, under such faults.
// Whether it came to the end of it.
template <typename Harness>
bool RunUnderFaults(Harness& task, Holding& holding, std::mt19937& random) {
  task.log.PlanFaults(RandomFaults(random, 60));
  task.log.Close();
  bool ended = false;
  // Batches of one record, each undone a few times, need thousands.
  for (int i = 0; i < 20'000 && !ended; ++i) {
    holding.holds = random() % 3 > 0;
    task.kept.full = random() % 8 == 0;
    const Result<pipeline::Task::Progress> progress = task.Step();
    ended = progress.ok() && *progress == pipeline::Task::Progress::kEnded;
    if (!progress.ok() || random() % 10 == 0) task.Restart();
    task.clock.Advance(Duration(random() % 20));
  }
  return ended;
}

}  // namespace riposte::test
