#include "tests/engine/trigger/walked_schedule.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/time_zone.h"

namespace riposte::trigger::test {
namespace {

using std::chrono::days;
using std::chrono::local_days;
using std::chrono::minutes;
using Period = rule::Scheduled::Period;

constexpr std::array<const char*, 13> kZones = {"UTC",
                                                "Europe/Berlin",
                                                "America/New_York",
                                                "Australia/Sydney",
                                                "Asia/Kathmandu",
                                                "Australia/Lord_Howe",
                                                "America/Santiago",
                                                "Antarctica/Troll",
                                                "Africa/Cairo",
                                                "Pacific/Apia",
                                                "Pacific/Kwajalein",
                                                "America/Havana",
                                                "America/St_Johns"};

constexpr std::array<const char*, 14> kStarts = {
    "2026-03-01", "2026-03-25", "2026-10-01", "2026-10-20", "2024-02-20",
    "2025-02-20", "2011-12-20", "1993-08-15", "1969-09-20", "2010-10-28",
    "2026-04-01", "2026-08-30", "2026-12-20", "2027-01-25"};

bool IsListed(const rule::Scheduled& schedule, local_days day) {
  if (schedule.period == Period::kDaily) return true;
  const std::chrono::year_month_day date(day);
  const std::chrono::year_month_day_last last(date.year(),
                                              std::chrono::month_day_last(date.month()));
  return std::any_of(schedule.days.begin(), schedule.days.end(), [&](int listed) {
    if (schedule.period == Period::kWeekly)
      return std::chrono::weekday(day) == std::chrono::weekday(static_cast<unsigned>(listed));
    return date.day() == std::min(std::chrono::day(static_cast<unsigned>(listed)), last.day());
  });
}

// The day whose window a clock shows.
std::optional<local_days> Shown(const rule::Scheduled& schedule, LocalTime local) {
  const local_days today = std::chrono::floor<days>(local);
  const Duration of_day = local - today;
  const bool over_midnight = schedule.to <= schedule.from;
  if (IsListed(schedule, today) && of_day >= schedule.from &&
      (over_midnight || of_day < schedule.to))
    return today;
  if (over_midnight && IsListed(schedule, today - days(1)) && of_day < schedule.to)
    return today - days(1);
  return std::nullopt;
}

}  // namespace

std::vector<Window> WalkedWindows(const rule::Scheduled& schedule, Time from, Time to) {
  const TimeZone zone = TimeZone::Load(schedule.timezone).value();
  std::vector<Window> windows;
  std::optional<local_days> open;
  LocalTime shown = zone.LocalAt(from - days(3));
  for (Time time = from - days(3); time <= to; time += minutes(1)) {
    shown = std::max(shown, zone.LocalAt(time));
    const std::optional<local_days> day = Shown(schedule, shown);
    if (time < from || day == open) continue;
    if (open) windows.back().end = time;
    if (day) windows.push_back({.begin = time, .end = to});
    open = day;
  }
  return windows;
}

rule::Scheduled RandomSchedule(std::mt19937_64& random) {
  rule::Scheduled schedule;
  schedule.timezone = kZones[random() % kZones.size()];
  schedule.period = static_cast<Period>(random() % 3);
  const int days_max = schedule.period == Period::kWeekly ? 7 : 31;
  if (schedule.period != Period::kDaily)
    for (int day = 1; day <= days_max; ++day)
      if (random() % 4 == 0 || (day == days_max && schedule.days.empty()))
        schedule.days.push_back(day);
  const auto time_of_day = [&random] {
    const uint64_t quarter = random() % 2 == 0 ? random() % 16 : random() % 96;
    return minutes(15 * quarter + (random() % 4 == 0 ? random() % 15 : 0));
  };
  schedule.from = time_of_day();
  schedule.to = random() % 8 == 0 ? schedule.from : time_of_day();
  schedule.at_least = static_cast<int64_t>(1 + random() % 4);
  return schedule;
}

Time RandomStart(std::mt19937_64& random) {
  if (random() % 3 != 0) return *ParseDay(kStarts[random() % kStarts.size()]);
  return *ParseDay("1990-01-01") + days(random() % 16'000) + minutes(random() % 1440);
}

}  // namespace riposte::trigger::test
