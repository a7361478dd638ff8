// `count`: so many matches, or distinct values, or a sum, average or percentile of a field, within
// a window. What it means to the millisecond: docs/adr/0007-trigger-semantics.md.
//
// Times of occurrences are in the years 0 to 9999, and longer spans than kSpanMax count as that.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "base/time.h"
#include "engine/trigger/boxed.h"
#include "engine/trigger/count_window.h"
#include "engine/trigger/nearest.h"
#include "engine/trigger/occurrence.h"
#include "rules/rule/trigger.h"

namespace riposte::trigger {

struct CountBounds {
  // Occurrences that a group keeps.
  size_t kept = 10'000;
  // From so many on, repeats of a value are folded now and then, so that a value that repeats for
  // hours does not fill its group.
  size_t fold_from = 64;
};

// A firing within its cooldown.
struct OpenFiring {
  Kept completed_by;
  Tally joined;
  bool operator==(const OpenFiring&) const = default;
};

// Of one group. Default: one that has seen nothing.
struct CountState {
  std::optional<Time> newest;
  // The end of the last firing's cooldown; without a cooldown, the end of what lay before its
  // window. What is not later belongs to that firing: it joins while that is open, else it is late.
  std::optional<Time> used_up_to;
  Boxed<OpenFiring> open;   // then `window` is empty
  CountWindow window;       // what could still complete a firing
  uint32_t since_fold = 0;  // insertions
  bool operator==(const CountState&) const = default;
};

class CountCriterion {
 public:
  using State = CountState;

  CountCriterion(const rule::Count& count, Duration allowed_lateness,
                 const CountBounds& bounds = {});

  // A firing's events are those of its window of which a group keeps the event (CountWindow::Thin),
  // one of them that of `completed_by`; `measure` and, but for folded repeats, `matches` are of
  // exactly that window. Folded repeats are counted in `matches`, or among what joined, where the
  // kept occurrence of their value before them is. What joined may lack its event, too: it is empty
  // then. Occurrences have events that are not empty.
  Fate OnOccurrence(State& state, const Occurrence& occurrence, Outcome& outcome) const;

  // Closes the cooldown once the watermark is beyond it.
  void OnTime(State& state, Time watermark, Outcome& outcome) const;
  // OnTime has something to do when the watermark is beyond this.
  std::optional<Time> NextDeadline(const State& state) const;

  // The state may be forgotten: as long as nothing comes whose time is before the watermark less
  // the allowed lateness, a new state brings about the same.
  bool IsIdle(const State& state, Time watermark) const;
  // It holds, unless there is a deadline, once the watermark is beyond this.
  Time IdleFrom(const State& state) const;

  // Of the windows of what is kept: the newest of those that lack least. Empty: nothing is kept.
  std::optional<Nearest> NearestOf(const State& state) const;

  void Write(const State& state, ByteWriter& out) const;
  // False if the bytes are none that Write gave for a criterion with these windows and bounds; then
  // `state` is as it was. What follows the state in the bytes is left to the caller.
  bool Read(ByteReader& in, State& state) const;

 private:
  // A window of the kept ones that reaches the threshold: indices.
  struct Hit {
    size_t first = 0;
    size_t last = 0;
    double measure = 0;
  };

  bool IsReached(double measure) const;
  std::optional<Hit> FirstHit(CountWindow& window, size_t inserted) const;
  void Fire(State& state, const Hit& hit, const Place& arrived, Outcome& outcome) const;
  void UseUp(State& state, const Completion& completion, Outcome& outcome) const;
  void Close(State& state, Outcome& outcome) const;
  void FoldNowAndThen(State& state) const;
  void ReadRest(uint8_t parts, State& state, ByteReader& in) const;
  OpenFiring ReadOpen(const State& state, ByteReader& in) const;
  CountEntry ReadEntry(const Place& base, ByteReader& in) const;
  CountWindow ReadWindow(const State& state, ByteReader& in) const;

  WindowTerms terms_;
  rule::Comparison comparison_;
  double threshold_;
  Duration cooldown_;
  Duration lateness_;
  CountBounds bounds_;
  // More values never take back that the threshold is reached, so that folding repeats changes no
  // firing.
  bool folds_;
};

}  // namespace riposte::trigger
