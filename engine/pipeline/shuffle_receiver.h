// What comes to a state task by the shuffle, record by record.
#pragma once

#include <cstdint>

#include "base/time.h"
#include "engine/pipeline/firing_outputs.h"
#include "engine/pipeline/live_rules.h"
#include "engine/pipeline/ports.h"
#include "engine/pipeline/task_windows.h"
#include "engine/pipeline/unknown_definitions.h"

namespace riposte::pipeline {

// One thread. `now` is wall time.
class ShuffleReceiver {
 public:
  enum class Verdict : uint8_t {
    kDone,  // taken, or dropped and counted
    kWait,  // nothing happened: to be taken again at until(), or after a reload
  };
  // `windows` are of the live rules. What is proposed goes to `outputs`, which has the time, and
  // whose transaction counts.
  Verdict Take(const Record& record, const LiveRules& live, TaskWindows& windows,
               FiringOutputs& outputs);
  Time until() const { return unknown_.until(); }

  void OnReload() { unknown_.OnReload(); }

 private:
  UnknownDefinitions unknown_;
};

}  // namespace riposte::pipeline
