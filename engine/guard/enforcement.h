// Whether anything may be enforced now: the configuration, the kill file and what the operators
// said through the control topic.
#pragma once

#include <string>
#include <string_view>

#include "engine/guard/guard.h"
#include "engine/pipeline/ports.h"

namespace riposte::guard {

inline constexpr std::string_view kEnforcementKey = "enforcement";

// Enabled only if the configuration enables it, no kill file exists, and control was read to its
// end and does not say off. A record that cannot be read says off.
Enforcement JudgeEnforcement(bool enabled_by_configuration, bool kill_file_exists,
                             const pipeline::Control::Snapshot& control);

// Whether anything is at `path`. A path that cannot be looked at counts as there; an empty one does
// not.
bool KillFileExists(const std::string& path);

// The record by which `by` stops or resumes enforcement:
// {"state":"off","by":...,"comment":...,"time":...}.
pipeline::ControlRecord EnforcementRecord(bool on, std::string_view by, std::string_view comment,
                                          Time now);

}  // namespace riposte::guard
