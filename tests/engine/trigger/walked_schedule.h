// The windows of a schedule, found by walking through time: the reference for the calendar.
#pragma once

#include <random>
#include <vector>

#include "base/time.h"
#include "engine/trigger/calendar.h"
#include "rules/rule/trigger.h"

namespace riposte::trigger::test {

// All windows that begin or end in [from, to], ascending; those at the edges may be cut. Minute by
// minute; a clock that goes back counts as standing still until it shows something new.
std::vector<Window> WalkedWindows(const rule::Scheduled& schedule, Time from, Time to);

// Zones of all kinds; often near the hours at which clocks change.
rule::Scheduled RandomSchedule(std::mt19937_64& random);
// Some days long ago or soon, often around a change of clocks.
Time RandomStart(std::mt19937_64& random);

}  // namespace riposte::trigger::test
