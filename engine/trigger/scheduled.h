// `scheduled`: enough matches of a group within a schedule window; fires at the window's end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "engine/trigger/calendar.h"
#include "engine/trigger/nearest.h"
#include "engine/trigger/occurrence.h"
#include "rules/rule/trigger.h"

namespace riposte::trigger {

class ScheduledCriterion {
 public:
  // A group has more windows open only if a source lags by days; then the oldest is closed early.
  static constexpr size_t kOpenMax = 4;

  struct OpenWindow {
    Window window;
    Tally matches;  // one or more, inside `window`
    bool operator==(const OpenWindow&) const = default;
  };
  struct State {
    Time closed_to = Time::min();  // windows that end at or before it are closed
    std::vector<OpenWindow> open;  // ascending, no two overlap
    bool operator==(const State&) const = default;
  };

  // `allowed_lateness`: 0 or more, at most years. Errors: those of Calendar::Make.
  static Result<ScheduledCriterion> Make(const rule::Scheduled& schedule,
                                         Duration allowed_lateness);

  // What is closed is told by OnTime: call that with the watermark of the moment first, for a new
  // state always. Fires only at the bound: kOverflow, the oldest window is closed early, which is
  // final for it.
  Fate OnOccurrence(State& state, const Occurrence& occurrence, Outcome& outcome) const;

  // Closes the windows that end at or before `watermark`, in order, and fires for each that has
  // enough, with its end as the time.
  void OnTime(State& state, Time watermark, Outcome& outcome) const;
  // OnTime does something as soon as the watermark is beyond this: the last millisecond of the
  // first open window.
  std::optional<Time> NextDeadline(const State& state) const;
  // The state may be dropped: told the same watermark, a new one behaves the same.
  bool IsIdle(const State& state, Time watermark) const;
  // It holds, unless there is a deadline, once the watermark is beyond this.
  Time IdleFrom(const State& state) const { return state.closed_to; }

  // The newest open window of those with most matches. Empty: none is open.
  std::optional<Nearest> NearestOf(const State& state) const;

  void Write(const State& state, ByteWriter& writer) const;
  // False on what no Write can have written, `state` is as it was then. What follows in `reader` is
  // the caller's. A window keeps its ends although the time zone data may have changed.
  bool Read(ByteReader& reader, State& state) const;

 private:
  ScheduledCriterion(Calendar calendar, int64_t at_least, Duration allowed_lateness);
  void CloseOldest(State& state, Outcome& outcome) const;

  Calendar calendar_;
  int64_t at_least_;
  Duration allowed_lateness_;
};

}  // namespace riposte::trigger
