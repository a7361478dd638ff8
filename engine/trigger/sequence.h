// `sequence`: steps one after the other, as EQL has them. Only what has arrived and which
// occurrences have completed a firing is stored; the partials follow from it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "engine/trigger/kept_step.h"
#include "engine/trigger/nearest.h"
#include "rules/rule/trigger.h"

namespace riposte::trigger {

class SequenceCriterion {
 public:
  static constexpr size_t kKeptMax = 512;  // occurrences of one key

  // The occurrences of a partial, one for each stage that it has passed: indices of State::kept.
  using Partial = std::vector<uint32_t>;

  // Of one key.
  struct State {
    std::vector<KeptStep> kept;  // ascending; the last is the group's newest
    // All that is below follows from `kept`.
    std::vector<Partial> partials;  // by the stage that was passed last; empty: none is there
    // With a final absent step: complete, and beyond their deadline for the occurrences but not yet
    // for the watermark. Ascending by deadline.
    std::vector<Partial> due;
    bool operator==(const State&) const = default;
  };

  // Nothing of `sequence` is referred to afterwards. `allowed_lateness` is zero or more.
  SequenceCriterion(const rule::Sequence& sequence, Duration allowed_lateness);

  // kFired, where this call put at least one completion by an occurrence into `outcome`; kOverflow,
  // where it did not and the oldest went; kNoUse, where the occurrence neither began, advanced nor
  // dropped a partial (it is kept: one that arrives out of order may yet use it); kLate, kCounted.
  Fate OnOccurrence(State& state, const StepOccurrence& occurrence, Outcome& outcome) const;

  // Fires what a final absent step has kept waiting, if its deadline is before `watermark`.
  void OnTime(State& state, Time watermark, Outcome& outcome) const;
  // OnTime has something to do once the watermark is beyond this.
  std::optional<Time> NextDeadline(const State& state) const;

  // Nothing waits, and no occurrence that is at most the allowed lateness behind the watermark can
  // use what is kept.
  bool IsIdle(const State& state, Time watermark) const;
  // It holds, unless there is a deadline, once the watermark is beyond this.
  Time IdleFrom(const State& state) const;

  // The partial that has passed most stages and has not fired. Empty: there is none.
  std::optional<Nearest> NearestOf(const State& state) const;

  void Write(const State& state, ByteWriter& writer) const;
  // False, and `state` as it was, if the bytes are not those of a state of this criterion.
  bool Read(ByteReader& reader, State& state) const;

 private:
  // A step with `at_least: n` is n of them.
  struct Stage {
    size_t step = 0;
    size_t first_of_step = 0;  // the first stage of that step
    StepSet broken_by = 0;     // absent steps between this stage and the next
  };

  bool Insert(State& state, KeptStep occurrence, Outcome& outcome) const;
  bool RunAnew(State& state, size_t asked, Outcome& outcome) const;
  bool Advance(State& state, size_t index, Outcome& outcome) const;
  void DropOld(State& state, Time now) const;
  bool DropBroken(State& state, const KeptStep& by) const;
  bool Enter(State& state, size_t stage, size_t index, Outcome& outcome) const;
  Completion Complete(State& state, const Partial& partial) const;
  void FireAtDeadline(State& state, const Partial& partial, Outcome& outcome) const;
  void FireAtLast(State& state, const Partial& partial, Outcome& outcome) const;
  bool HasValue(const State& state, const Partial& partial, size_t stage, size_t index) const;
  Time DeadlineOf(const State& state, const Partial& partial) const;
  Nearest NearnessOf(const State& state, const Partial& partial) const;
  Time OldestUseful(Time newest) const;
  bool IsValid(const std::vector<KeptStep>& kept) const;

  Duration within_;
  Duration lateness_;
  std::vector<Stage> stages_;
  StepSet known_ = 0;
  StepSet distinct_ = 0;
  bool waits_ = false;  // the last step is absent
};

}  // namespace riposte::trigger
