// What goes into the criteria of several steps, and how they keep it: one event may fit several
// steps at once.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "engine/trigger/occurrence.h"

namespace riposte::trigger {

// A match under one key. Views live as long as the call.
struct StepOccurrence {
  Place place;
  std::string_view event;  // as Occurrence::event
  // Those that the event fits under this key. Without the value of a `distinct` it does not fit.
  StepSet steps = 0;
  bool until = false;  // of a sequence: it fits `until`
  // By step, for those that have `distinct` (the others are not looked at), as Occurrence::value.
  std::span<const std::string_view> values;
};

struct KeptStep {
  Kept kept;
  StepSet steps = 0;
  bool until = false;
  bool completed = false;           // of a sequence: it has completed a firing
  std::vector<std::string> values;  // of its steps with `distinct`, in their order
  bool operator==(const KeptStep&) const = default;
};

// `distinct`: the rule's steps that have it.
KeptStep Keep(const StepOccurrence& occurrence, StepSet distinct);
// `step` is one of its steps and of `distinct`.
const std::string& ValueOf(const KeptStep& kept, size_t step, StepSet distinct);

// An index of `kept`, which is ascending by place: the first at or after that moment, the first
// after that place.
size_t IndexOf(const std::vector<KeptStep>& kept, Time time);
size_t IndexBehind(const std::vector<KeptStep>& kept, const Place& place);

void WriteKept(const std::vector<KeptStep>& kept, ByteWriter& writer);
// Malformed unless at most `most` with ascending places and each with the values that it must have.
std::vector<KeptStep> ReadKept(ByteReader& reader, size_t most, StepSet distinct);

}  // namespace riposte::trigger
