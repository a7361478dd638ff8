// What comes to a state task by the shuffle, record by record.
#pragma once

#include <cstdint>

#include "base/time.h"
#include "engine/pipeline/observer.h"
#include "engine/pipeline/ports.h"
#include "engine/pipeline/task_windows.h"
#include "engine/pipeline/unknown_definitions.h"
#include "engine/trigger/match_values.h"

namespace riposte::pipeline {

// One thread. `now` is wall time.
class ShuffleReceiver {
 public:
  enum class Verdict : uint8_t {
    kDone,  // taken, or dropped and counted
    kWait,  // nothing happened: to be taken again at until(), or after a reload
  };
  // `values`: of the live rules, as `windows` are.
  Verdict Take(const Record& record, const trigger::MatchValues& values, TaskWindows& windows,
               Time now, ShuffleCounts& counts);
  Time until() const { return unknown_.until(); }

  void OnReload() { unknown_.OnReload(); }

 private:
  UnknownDefinitions unknown_;
};

}  // namespace riposte::pipeline
