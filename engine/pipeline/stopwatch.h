#pragma once

#include <chrono>
#include <cstdint>

#include "engine/pipeline/observer.h"

namespace riposte::pipeline {

// What the events of a run of records took: for a metric only, nothing depends on it.
struct Stopwatch {
  std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
  uint64_t events = 0;

  void AddTo(DelayHistogram& histogram) const {
    if (events == 0) return;
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
    histogram.Add(spent.count() / static_cast<double>(events), events);
  }
  void Restart() { *this = {}; }
};

}  // namespace riposte::pipeline
