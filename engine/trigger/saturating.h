// Time and span of time without overflow: event times are whatever an endpoint writes, and stored
// ones may be forged. Spans are zero or more.
#pragma once

#include "base/time.h"

namespace riposte::trigger {

constexpr Time Earlier(Time time, Duration span) {
  return time < Time::min() + span ? Time::min() : time - span;
}

constexpr Time Later(Time time, Duration span) {
  return time > Time::max() - span ? Time::max() : time + span;
}

}  // namespace riposte::trigger
