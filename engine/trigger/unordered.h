// `unordered`: all steps inside one window, in any order.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "engine/trigger/kept_step.h"
#include "engine/trigger/nearest.h"
#include "rules/rule/trigger.h"

namespace riposte::trigger {

class UnorderedCriterion {
 public:
  static constexpr size_t kKeptMax = 2'000;  // occurrences of one key

  // Of one key.
  struct State {
    Time newest = Time::min();
    // The end of the last firing's window: up to it steps that are not absent are used up, also by
    // what arrives later.
    std::optional<Place> used_up_to;
    std::vector<KeptStep> kept;  // ascending
    bool operator==(const State&) const = default;
  };

  // A step that is not absent.
  struct Need {
    size_t step = 0;
    int64_t at_least = 1;
    bool distinct = false;
  };

  // Nothing of `unordered` is referred to afterwards. `allowed_lateness` is zero or more.
  UnorderedCriterion(const rule::Unordered& unordered, Duration allowed_lateness);

  // kFired, where the occurrence completed a window; kJoined, where it lies in what a firing has
  // used up (nothing changed); kOverflow, where the oldest went; kLate, kCounted; kNoUse, where it
  // fits no step (nothing changed). `until` is not looked at.
  Fate OnOccurrence(State& state, const StepOccurrence& occurrence, Outcome& outcome) const;

  // With absent steps: fires the windows whose deadline is before `watermark`.
  void OnTime(State& state, Time watermark, Outcome& outcome) const;
  // OnTime has something to do once the watermark is beyond this.
  std::optional<Time> NextDeadline(const State& state) const;

  // Nothing waits, and no occurrence that is at most the allowed lateness behind the watermark can
  // use what is kept.
  bool IsIdle(const State& state, Time watermark) const;
  // It holds, unless there is a deadline, once the watermark is beyond this.
  Time IdleFrom(const State& state) const;

  // Of the windows of what is kept: the newest of those that have most steps. One that has all is
  // broken by what must stay away, or may still be. Empty: there is none.
  std::optional<Nearest> NearestOf(const State& state) const;

  void Write(const State& state, ByteWriter& writer) const;
  // False, and `state` as it was, if the bytes are not those of a state of this criterion.
  bool Read(ByteReader& reader, State& state) const;

 private:
  // Indices of State::kept. What lies in it and fits absent steps only is none of its occurrences.
  struct Window {
    size_t first = 0;
    size_t last = 0;
  };

  std::optional<Window> FirstMet(const State& state, size_t earliest_end, Time latest_end) const;
  bool IsPresent(const KeptStep& kept) const { return (kept.steps & ~absent_) != 0; }
  bool IsAbsent(const KeptStep& kept) const { return (kept.steps & absent_) != 0; }
  Time DeadlineOf(const State& state, const Window& window) const;
  Time OldestUseful(Time newest, bool present) const;
  void Judge(State& state, size_t index, Outcome& outcome) const;
  Completion Complete(State& state, const Window& window) const;
  void UseUp(KeptStep& kept) const;
  bool DropOldest(State& state) const;
  bool IsValid(const State& state) const;

  Duration within_;
  Duration lateness_;
  std::vector<Need> needs_;
  StepSet known_ = 0;
  StepSet absent_ = 0;
  StepSet distinct_ = 0;
};

}  // namespace riposte::trigger
