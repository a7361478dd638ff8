// A timeline as people and programs read it.
#pragma once

#include <string>

#include "app/timeline.h"

namespace riposte::app {

// `events`: where they are from, as it was named.
std::string TimelineText(const Timeline& timeline, const std::string& events);
// One line.
std::string TimelineJson(const Timeline& timeline, const std::string& events);

}  // namespace riposte::app
