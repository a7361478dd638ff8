// Points in time and spans of time, in milliseconds, as distinct types. Two clocks exist and both
// are passed in: event time (from the events) drives triggers, wall time (from a Clock) drives
// guards, expiry and retries.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace riposte {

using Duration = std::chrono::milliseconds;
using Time = std::chrono::sys_time<Duration>;  // UTC; the epoch is 1970-01-01

constexpr Time TimeFromMs(int64_t ms_since_epoch) { return Time(Duration(ms_since_epoch)); }
constexpr int64_t ToMs(Time time) { return time.time_since_epoch().count(); }

// "2026-11-25T01:10:53.000Z": always UTC, always three decimals. Years 0 to 9999 only; others are
// clamped.
std::string FormatTime(Time time);

// RFC 3339 and its relatives seen in event feeds: date and time separated by 'T', 't' or one blank;
// 0 to 9 decimals (cut to milliseconds) after '.' or ','; zone "Z", "+hh:mm", "+hhmm", "+hh" or
// none (UTC). Empty if `text` is anything else, a date that does not exist included.
std::optional<Time> ParseTime(std::string_view text);

// "YYYY-MM-DD" alone: midnight UTC of that day.
std::optional<Time> ParseDay(std::string_view text);

// "1500ms", "90s", "15m", "24h", "7d", "2w": a whole number and one unit. Empty if malformed or out
// of range.
std::optional<Duration> ParseDuration(std::string_view text);
// The shortest form that ParseDuration reads back: "15m", "36h", "1500ms".
std::string FormatDuration(Duration duration);

// Wall time. Implementations are safe to call from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time Now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Time Now() const override;
};

}  // namespace riposte
