// What this instance is called in the control records, and where it runs.
#pragma once

#include <string>

namespace riposte::app {

// `instance_id` (kafka.instance_id) if it is set. Else a name that was made once and is kept in
// `<state_directory>/instance`, so that it survives a restart, kill -9 included. Where that cannot
// be kept, which is logged, and without a state directory: one for this process.
//
// Two processes on one state directory, or on copies of it, get the same name: the control records
// tell them apart (app/announcer.h).
std::string InstanceName(const std::string& instance_id, const std::string& state_directory);

// Of this machine, for people; empty if it is not known.
std::string HostName();

}  // namespace riposte::app
