// One run: everything that happens in it follows from its seed.
//
// Processes with real tasks work on seeded events over the Kafka model, while they are killed,
// paused and stopped, the broker refuses, and requests and answers are lost or late. Then the
// faults end, all input has to be worked on, and the invariants are checked (checker.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/simulation/checker.h"
#include "tests/simulation/planted.h"

namespace riposte::sim {

inline constexpr size_t kRecordsMin = 1000;

struct RunReport {
  uint64_t seed = 0;
  uint64_t fingerprint = 0;  // of all that the broker holds at the end: equal runs, equal numbers
  Violations violations;

  // What befell it.
  uint64_t records = 0;  // that the input partitions hold, as a reader sees them
  uint64_t commands = 0;
  uint64_t window_firings = 0;  // 0: the run is one without state tasks
  uint64_t not_ordered_again = 0;
  uint64_t transactions = 0, aborts = 0, aborted_records = 0;
  uint64_t redone = 0;        // aborts that a task was told of, and did the work again
  uint64_t undone = 0;        // of those: with the next batch open
  uint64_t fences = 0;        // tasks that were told that another has their partition
  uint64_t rebalances = 0;    // beyond those of the start
  uint64_t restored = 0;      // state tasks that began with windows
  uint64_t stores_wiped = 0;  // stores that were of no use
  uint64_t store_lags = 0;    // stores that a disk kept from following
  uint64_t reloads = 0;       // that kept windows
  uint64_t shuffled = 0;      // what tasks told others, without ticks
  uint64_t kills = 0, zombies = 0, uncertain = 0, late_ends = 0, late_ends_taken = 0;
};

RunReport RunSeed(uint64_t seed, Planted planted = Planted::kNone);

// Shares of the runs that met with something, so that a green result is seen to be worth something.
class Summary {
 public:
  void Add(const RunReport& report);
  uint64_t runs() const { return runs_; }
  uint64_t failed() const { return failed_; }
  // In percent of the runs.
  uint64_t Share(std::string_view what) const;
  std::string Text() const;

 private:
  struct Line {
    std::string_view what;
    uint64_t runs = 0, times = 0;
  };
  void Count(std::string_view what, uint64_t times);

  uint64_t runs_ = 0, failed_ = 0;
  std::vector<Line> lines_;
};

}  // namespace riposte::sim
