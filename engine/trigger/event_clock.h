// How far an endpoint's clock is believed. Pure functions; times may be anything.
#pragma once

#include "base/time.h"

namespace riposte::trigger {

// An event is not believed to be further ahead of the broker's append time.
inline constexpr Duration kAheadMax = std::chrono::minutes(5);

// The time that an event counts with.
Time ClampEventTime(Time event_time, Time append_time);

// Append time less event time: above zero, the event is old or its clock is behind; below zero, its
// clock is ahead. The nearest that a Duration can hold.
Duration ClockSkew(Time event_time, Time append_time);

}  // namespace riposte::trigger
