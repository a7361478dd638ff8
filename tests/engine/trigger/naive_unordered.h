// `unordered`, the slow and plain way: every window of all that has arrived is looked at for each
// question.
#pragma once

#include <set>

#include "tests/engine/trigger/step_timeline.h"

namespace riposte::trigger {

class NaiveUnordered {
 public:
  NaiveUnordered(const rule::Unordered& unordered, Duration allowed_lateness);

  Fate Arrive(const Arrival& arrival, Outcome& outcome);
  void OnTime(Time watermark, Outcome& outcome);
  std::optional<Time> NextDeadline();

 private:
  struct Found {
    std::vector<Arrival> events;
    int64_t deadline = 0;
  };

  bool IsUsedUp(const Arrival& arrival) const { return used_ && !(*used_ < arrival); }
  bool HasAll(const std::vector<Arrival>& events) const;
  bool IsBroken(int64_t from, int64_t to) const;
  std::optional<Found> First() const;  // by end
  void Fire(const Found& found, Outcome& outcome);

  const rule::Unordered rule_;
  int64_t within_;
  int64_t lateness_;
  StepSet absent_ = 0;
  std::optional<int64_t> newest_;
  std::optional<Arrival> used_;
  std::set<Arrival> all_;
};

}  // namespace riposte::trigger
