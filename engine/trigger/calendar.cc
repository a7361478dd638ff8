#include "engine/trigger/calendar.h"

#include <utility>

namespace riposte::trigger {
namespace {

using std::chrono::days;

// In a month some day is listed; two in a row may have no window, as the clock leaps over it.
constexpr days kSearched{100};

}  // namespace

Result<Calendar> Calendar::Make(const rule::Scheduled& schedule) {
  Result<TimeZone> zone = TimeZone::Load(schedule.timezone);
  if (zone.ok()) return Calendar(schedule, std::move(zone).value());
  return zone.status();
}

Calendar::Calendar(const rule::Scheduled& schedule, TimeZone zone)
    : zone_(std::move(zone)),
      period_(schedule.period),
      from_(schedule.from),
      to_(schedule.from < schedule.to ? schedule.to : schedule.to + days(1)) {
  for (const int day : schedule.days) days_ |= 1U << static_cast<unsigned>(day);
}

bool Calendar::IsListed(Day day) const {
  switch (period_) {
    case rule::Scheduled::Period::kDaily:
      return true;
    case rule::Scheduled::Period::kWeekly:
      return (days_ >> std::chrono::weekday(day).iso_encoding() & 1) != 0;
    case rule::Scheduled::Period::kMonthly: {
      const std::chrono::year_month_day date(day);
      const uint32_t from_here = days_ >> static_cast<unsigned>(date.day());
      const bool last = std::chrono::year_month_day(day + days(1)).month() != date.month();
      return last ? from_here != 0 : (from_here & 1) != 0;
    }
  }
  return false;
}

std::optional<Window> Calendar::Of(Day day) const {
  if (!IsListed(day)) return std::nullopt;
  const Window window{.begin = zone_.FirstAt(day + from_), .end = zone_.FirstAt(day + to_)};
  if (window.begin == window.end) return std::nullopt;  // the clock leaps over all of it
  return window;
}

// A window ends on the day after its own at the latest. Where the clock went back over midnight,
// the day that it has already shown counts.
std::optional<Window> Calendar::Containing(Time time) const {
  if (time < kFirst || time >= kEnd) return std::nullopt;
  const Day today = std::chrono::floor<days>(zone_.LocalAt(time));
  for (const int offset : {0, -1, 1}) {
    const std::optional<Window> window = Of(today + days(offset));
    if (window && window->Contains(time)) return window;
  }
  return std::nullopt;
}

std::optional<Window> Calendar::NextAfter(Time time) const {
  if (time < kFirst || time >= kEnd) return std::nullopt;
  const Day today = std::chrono::floor<days>(zone_.LocalAt(time));
  for (Day day = today; day < today + kSearched; day += days(1)) {
    const std::optional<Window> window = Of(day);
    if (window && window->begin > time) return window;
  }
  return std::nullopt;
}

}  // namespace riposte::trigger
