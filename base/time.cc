#include "base/time.h"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

namespace riposte {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

// Consumes from the front of a text; every reader says whether it found what it wanted.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  char peek() const { return rest_.empty() ? '\0' : rest_.front(); }

  bool Take(char c) {
    if (peek() != c || rest_.empty()) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // Exactly `count` digits.
  bool Digits(int count, int& value) {
    if (rest_.size() < static_cast<size_t>(count)) return false;
    int result = 0;
    for (int i = 0; i < count; ++i) {
      const char c = rest_[static_cast<size_t>(i)];
      if (c < '0' || c > '9') return false;
      result = result * 10 + (c - '0');
    }
    rest_.remove_prefix(static_cast<size_t>(count));
    value = result;
    return true;
  }

 private:
  std::string_view rest_;
};

bool ReadDay(Cursor& cursor, sys_days& day) {
  int year = 0, month = 0, day_of_month = 0;
  if (!cursor.Digits(4, year) || !cursor.Take('-') || !cursor.Digits(2, month) ||
      !cursor.Take('-') || !cursor.Digits(2, day_of_month))
    return false;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day_of_month))};
  if (!date.ok()) return false;
  day = sys_days(date);
  return true;
}

// 1 to 9 decimals, cut to milliseconds.
bool ReadFraction(Cursor& cursor, int& ms) {
  int digits = 0;
  int value = 0;
  int digit = 0;
  while (digits < 10 && cursor.Digits(1, digit)) {
    if (digits < 3) value = value * 10 + digit;
    ++digits;
  }
  if (digits == 0 || digits > 9) return false;
  for (int i = digits; i < 3; ++i) value *= 10;
  ms = value;
  return true;
}

bool ReadZone(Cursor& cursor, int& offset_minutes) {
  offset_minutes = 0;
  if (cursor.at_end() || cursor.Take('Z') || cursor.Take('z')) return true;
  const bool west = cursor.peek() == '-';
  if (!cursor.Take('+') && !cursor.Take('-')) return false;
  int hours = 0, minutes = 0;
  if (!cursor.Digits(2, hours)) return false;
  const bool colon = cursor.Take(':');
  if ((colon || !cursor.at_end()) && !cursor.Digits(2, minutes)) return false;
  if (hours > 23 || minutes > 59) return false;
  offset_minutes = (hours * 60 + minutes) * (west ? -1 : 1);
  return true;
}

struct Unit {
  std::string_view name;
  int64_t ms;
};
// Longest first: FormatDuration takes the first that divides.
constexpr std::array<Unit, 6> kUnits = {{{"w", 7 * 86'400'000},
                                         {"d", 86'400'000},
                                         {"h", 3'600'000},
                                         {"m", 60'000},
                                         {"s", 1'000},
                                         {"ms", 1}}};

}  // namespace

std::string FormatTime(Time time) {
  constexpr Time kFirst{sys_days{std::chrono::year(0) / 1 / 1}};
  constexpr Time kLast{sys_days{std::chrono::year(9999) / 12 / 31} + Duration(86'399'999)};
  const Time clamped = std::clamp(time, kFirst, kLast);
  const sys_days day = std::chrono::floor<days>(clamped);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss<Duration> clock(clamped - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::optional<Time> ParseTime(std::string_view text) {
  Cursor cursor(text);
  sys_days day;
  if (!ReadDay(cursor, day)) return std::nullopt;
  if (!cursor.Take('T') && !cursor.Take('t') && !cursor.Take(' ')) return std::nullopt;
  int hour = 0, minute = 0, second = 0, ms = 0, offset_minutes = 0;
  if (!cursor.Digits(2, hour) || !cursor.Take(':') || !cursor.Digits(2, minute) ||
      !cursor.Take(':') || !cursor.Digits(2, second))
    return std::nullopt;
  if (hour > 23 || minute > 59 || second > 60) return std::nullopt;  // 60: a leap second
  if ((cursor.Take('.') || cursor.Take(',')) && !ReadFraction(cursor, ms)) return std::nullopt;
  if (!ReadZone(cursor, offset_minutes) || !cursor.at_end()) return std::nullopt;
  return Time(day) + std::chrono::hours(hour) + std::chrono::minutes(minute - offset_minutes) +
         std::chrono::seconds(second) + Duration(ms);
}

std::optional<Time> ParseDay(std::string_view text) {
  Cursor cursor(text);
  sys_days day;
  if (!ReadDay(cursor, day) || !cursor.at_end()) return std::nullopt;
  return Time(day);
}

std::optional<Duration> ParseDuration(std::string_view text) {
  size_t digits = 0;
  int64_t value = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') {
    if (value > std::numeric_limits<int64_t>::max() / 10 - 1) return std::nullopt;
    value = value * 10 + (text[digits] - '0');
    ++digits;
  }
  if (digits == 0) return std::nullopt;
  const std::string_view unit_name = text.substr(digits);
  for (const Unit& unit : kUnits) {
    if (unit.name != unit_name) continue;
    if (value > std::numeric_limits<int64_t>::max() / unit.ms) return std::nullopt;
    return Duration(value * unit.ms);
  }
  return std::nullopt;
}

std::string FormatDuration(Duration duration) {
  const int64_t ms = std::max<int64_t>(duration.count(), 0);
  if (ms == 0) return "0s";
  for (const Unit& unit : kUnits) {
    // 48h reads better than 2d, and 14d better than 2w.
    if (ms % unit.ms != 0 || (unit.name == "w" || (unit.name == "d" && ms / unit.ms < 3))) continue;
    return fmt::format("{}{}", ms / unit.ms, unit.name);
  }
  return fmt::format("{}ms", ms);
}

Time SystemClock::Now() const {
  return std::chrono::floor<Duration>(std::chrono::system_clock::now());
}

}  // namespace riposte
