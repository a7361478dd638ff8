// `sequence`, the slow and plain way: all that has arrived is kept and replayed for each question.
#pragma once

#include <map>
#include <set>
#include <utility>

#include "tests/engine/trigger/step_timeline.h"

namespace riposte::trigger {

class NaiveSequence {
 public:
  // Keeps the `most` latest occurrences.
  NaiveSequence(const rule::Sequence& sequence, Duration allowed_lateness, size_t most = SIZE_MAX)
      : rule_(sequence), lateness_(allowed_lateness.count()), most_(most) {}

  Fate Arrive(const Arrival& arrival, Outcome& outcome);
  void OnTime(Time watermark, Outcome& outcome);
  std::optional<Time> NextDeadline();

 private:
  // Where a partial stands: in which step, and how many of its at_least it has.
  using Standing = std::pair<size_t, int64_t>;
  using Members = std::vector<Arrival>;
  using Partials = std::map<Standing, Members>;

  struct Replay {
    std::vector<Members> completed;
    std::vector<Members> waiting;  // for the deadline
    std::set<uint64_t> of_use;     // orders
  };

  bool HasAll(const Standing& standing) const;
  std::optional<size_t> NextPresent(size_t step) const;
  std::optional<Standing> After(const Standing& standing) const;
  bool IsBroken(const Standing& standing, const Arrival& by) const;
  bool TakesValue(const Standing& to, const Members& members, const Arrival& arrival) const;
  void Step(const Arrival& arrival, Partials& partials, Replay& replay) const;
  Replay ReplayAll() const;
  void Fire(const Members& members, bool by_deadline, Outcome& outcome);

  const rule::Sequence rule_;
  int64_t lateness_;
  size_t most_;
  std::set<Arrival> all_;
  std::set<uint64_t> fired_;  // orders of what completed a firing
};

}  // namespace riposte::trigger
