// When a task tells the state tasks how far it is although it has nothing else for them: each waits
// for every task that it hears of.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"

namespace riposte::pipeline {

// One thread. `now` is wall time.
class Ticks {
 public:
  struct Options {
    // A partition gets no more than a tick in so long.
    Duration every = std::chrono::seconds(1);
    // Nor less than one, lest the task be taken for idle (trigger::Watermark) although its
    // watermark only stays where it is.
    Duration alive = std::chrono::seconds(10);
  };
  // How the task stands.
  struct Standing {
    Time watermark{};          // that it tells: TaskWindows::told
    bool inputs_idle = false;  // then it says nothing, and is taken for idle
    bool has_windows = false;  // any rule; else nobody waits
  };

  // Of `state_tasks` state tasks, but for `own`, if the task is one of them itself.
  Ticks(int32_t state_tasks, std::optional<int32_t> own, const Options& options);

  // A record of the task with this watermark goes to that state task.
  void OnSent(int32_t to, Time watermark, Time now);
  // Appends those that are owed a tick. It is as if they were sent.
  void AppendOwed(const Standing& standing, Time now, std::vector<int32_t>& owed);
  // What was sent since the last commit is not.
  void OnAborted();

 private:
  struct Told {
    Time watermark{};
    Time at{};
  };
  bool IsOwed(std::optional<Told>& told, Time watermark, Time now) const;

  const std::optional<int32_t> own_;
  const Options options_;
  std::vector<std::optional<Told>> told_;  // by state task; empty: nothing yet
};

}  // namespace riposte::pipeline
