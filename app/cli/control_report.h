// What `control show` prints.
#pragma once

#include <string>

#include "base/time.h"
#include "engine/pipeline/ports.h"

namespace riposte::cli {

// An array of {"key", "value", "append_time"}; the announcement of an instance has
// {"age_seconds", "live", "differs"} besides: whether it still counts, and whether a live instance
// of its group has another rule set. A value that is no JSON is given as a string.
std::string ControlJson(const pipeline::Control::Snapshot& control, Time now);

// The same for people. Control characters of records that somebody else wrote do not get through.
std::string ControlText(const pipeline::Control::Snapshot& control, Time now);

}  // namespace riposte::cli
