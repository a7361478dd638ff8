#include "engine/trigger/event_clock.h"

#include <algorithm>

#include "engine/trigger/saturating.h"

namespace riposte::trigger {

Time ClampEventTime(Time event_time, Time append_time) {
  return std::min(event_time, Later(append_time, kAheadMax));
}

Duration ClockSkew(Time event_time, Time append_time) {
  int64_t skew = 0;
  if (!__builtin_sub_overflow(ToMs(append_time), ToMs(event_time), &skew)) return Duration(skew);
  return event_time < append_time ? Duration::max() : Duration::min();
}

}  // namespace riposte::trigger
