// One line of the file of crashes: `crash1 <signal> <times> <partition> <offset> <topic>`.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace riposte::app {

// The process ended `times` times by `signal` ("SIGSEGV") while it worked on that record.
struct CrashLine {
  std::string_view signal;
  int64_t times = 1;
  int32_t partition = 0;
  int64_t offset = 0;
  std::string_view topic;
};

// No count goes beyond it.
inline constexpr int64_t kCrashTimesMax = 1000;
// Of a line with its end. A topic's name has at most 249 bytes.
inline constexpr size_t kCrashLineBytesMax = 384;
using CrashLineBuffer = std::array<char, kCrashLineBytesMax>;

// The name of a signal that is a crash; empty: it is none. Async-signal-safe.
std::string_view CrashSignalName(int signal);

// The line with its end, in `buffer`. Empty if ParseCrashLine() would not read it: the topic's name
// is none that Kafka allows, or a number is out of its range. Async-signal-safe.
std::string_view FormatCrashLine(const CrashLine& line, CrashLineBuffer& buffer);

// A line without its end; nullopt if it is not exactly of that form. The views point into `text`.
std::optional<CrashLine> ParseCrashLine(std::string_view text);

}  // namespace riposte::app
