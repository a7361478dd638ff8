// What goes into a trigger criterion and what comes out of it. What each criterion does with it, to
// the millisecond: docs/adr/0007-trigger-semantics.md.
//
// A criterion is immutable and safe to use from any thread. The state is that of one group and a
// value: it can be copied, compared and written; only the criterion that made it may use it.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace riposte::trigger {

// A set of a rule's steps, by their index; so a rule has at most 64.
using StepSet = uint64_t;
constexpr StepSet StepBit(size_t step) { return StepSet{1} << step; }

// Where an occurrence stands in its group: by time, ties by its place in the task's input.
struct Place {
  Time time{};         // event time, clamped
  uint64_t order = 0;  // no two occurrences of a group have the same
  auto operator<=>(const Place&) const = default;
};

// A match, as a group's criterion sees it. Views live as long as the call.
struct Occurrence {
  Place place;
  // What a firing tells of the event (its id, and what a remediation needs): kept as it is, never
  // looked into.
  std::string_view event;
  // Of `distinct`: the folded value, or the values of several fields in a form of the caller's that
  // differs where they differ. Of a measure of numbers: not used.
  std::string_view value;
  double number = 0;      // of a measure of numbers
  bool has_value = true;  // false: the field is absent or undecodable
};

// An event that a group has kept.
struct Kept {
  Place place;
  std::string event;
  bool operator==(const Kept&) const = default;
};

// What became of an occurrence. Bounded: a metric label, a field of explanations.
enum class Fate : uint8_t {
  kCounted,
  kJoined,    // an open firing
  kFired,     // it completed the criterion
  kLate,      // too old for its group; nothing changed
  kNoValue,   // no value of the field that is measured; nothing changed
  kOutside,   // of every schedule window; nothing changed
  kNoUse,     // of a sequence: no partial waits for it
  kOverflow,  // counted, but at the group's bound, so that its oldest is gone
  kCount
};
std::string_view FateName(Fate fate);  // "counted", "joined", ...

// How many, and which: the first and the last kEnds of them, by place.
struct Tally {
  static constexpr size_t kEnds = 20;
  int64_t count = 0;
  std::vector<Kept> first;  // up to kEnds
  std::vector<Kept> last;   // up to kEnds, none that is in `first`; ascending
  void Add(const Kept& kept);
  bool operator==(const Tally&) const = default;
};

// The criterion was met.
struct Completion {
  Time time{};
  // The occurrence that completed it; of a deadline (schedule, absence) none.
  bool by_deadline = false;
  Place completed_by;        // not by_deadline
  std::vector<Kept> events;  // ascending; of the window, the partial or the schedule window
  // Of sequence and unordered, parallel to `events`: the step whose place the event took in the
  // partial; those that it fits, absent ones left out. Of the others: empty.
  std::vector<StepSet> steps{};
  int64_t matches = 0;  // of them all; `events` may be the first and last only
  double measure = 0;   // count: what was compared with the threshold
  bool operator==(const Completion&) const = default;
};

// What joined a firing, told when its cooldown is over.
struct Summary {
  Time firing_time{};
  Kept completed_by;  // as the firing told it: what names the firing can be made of it again
  Tally joined;
  bool operator==(const Summary&) const = default;
};

// What a call brought about, in this order; the caller clears it.
struct Outcome {
  std::vector<Summary> closed;
  std::vector<Completion> fired;
};

}  // namespace riposte::trigger
