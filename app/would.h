// What would be done about a firing, as `replay` and `explain` print it: neither sends anything.
#pragma once

#include <string>
#include <string_view>

#include "app/offline.h"
#include "engine/pipeline/decide.h"

namespace riposte::app {

// "order", "dry_run", "hold", "deny", "refuse".
std::string_view WouldOf(pipeline::Outcome outcome);

// "would deny kill_process for C:\x.exe (pid 4): protected_process (...)": one line for people,
// without its end.
std::string DescribeAction(const pipeline::Action& action);

// "3 events of asset.id a1, process.username ann": the window that fired, for people.
std::string DescribeWindow(const Fired& fired);

}  // namespace riposte::app
