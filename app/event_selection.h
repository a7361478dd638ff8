// Which recorded event a person means.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace riposte::app {

struct SelectedEvent {
  std::string bytes;  // of one that is larger than the limit, more than the limit
  std::string file;   // "-" for standard input
  int64_t line = 0;   // counted from 1; 0: the file is the event
};

// FILE: all of it is one event. FILE:LINE: that line. Plain, .gz, .zst, or - for standard input; a
// file whose name ends like a line's number is still that file. kNotFound: there is no such line;
// kInvalidArgument: the file has an event a line and no line was named; kIo: it cannot be read.
Result<SelectedEvent> ReadEvent(const std::string& text, size_t event_bytes_max);

// FILE, whose lines are an event each, or FILE:FROM-TO, those lines of it. Calls `take` with each
// line that is not empty and its number, counted from 1; returns the file. Errors: as ReadEvent,
// kNotFound if there is no line FROM.
Result<std::string> ReadEvents(const std::string& text, size_t event_bytes_max,
                               const std::function<void(std::string_view, int64_t)>& take);

}  // namespace riposte::app
