#include "base/time_zone.h"

#include <algorithm>
#include <exception>
#include <iterator>

#include <date/tz.h>

namespace riposte {
namespace {

constexpr std::chrono::sys_seconds kFirst =
    std::chrono::sys_days(std::chrono::year(1) / std::chrono::January / 1);
constexpr std::chrono::sys_seconds kEnd =
    std::chrono::sys_days(std::chrono::year(10'000) / std::chrono::January / 1);
// No zone was ever further ahead.
constexpr Duration kOffsetMax = std::chrono::hours(24);

Status NoDataBase(const std::exception& error) {
  return {ErrorCode::kIo, "the time zone data base cannot be read: " + std::string(error.what())};
}

}  // namespace

Result<TimeZone> TimeZone::Load(std::string_view name) {
  try {
    const std::vector<date::time_zone>& zones = date::get_tzdb().zones;
    const auto zone =
        std::find_if(zones.begin(), zones.end(),
                     [name](const date::time_zone& candidate) { return candidate.name() == name; });
    if (zone == zones.end())
      return Status(ErrorCode::kNotFound, "no time zone is named '" + std::string(name) + "'");
    Periods periods;
    for (std::chrono::sys_seconds at = kFirst; at < kEnd;) {
      const date::sys_info info = zone->get_info(at);
      if (periods.empty() || periods.back().offset != info.offset)
        periods.push_back({.begin = at, .offset = info.offset});
      at = info.end;
    }
    periods.front().begin = Time::min();
    return TimeZone(std::move(periods));
  } catch (const std::exception& error) {
    return NoDataBase(error);
  }
}

std::vector<std::string> TimeZone::Names() {
  std::vector<std::string> names;
  try {
    for (const date::time_zone& zone : date::get_tzdb().zones) names.push_back(zone.name());
  } catch (const std::exception&) {
    names.clear();
  }
  return names;
}

TimeZone::Periods::const_iterator TimeZone::PeriodAt(Time time) const {
  const auto after =
      std::upper_bound(periods_.begin(), periods_.end(), time,
                       [](Time value, const Period& period) { return value < period.begin; });
  return std::prev(after);
}

LocalTime TimeZone::LocalAt(Time time) const {
  return LocalTime(time.time_since_epoch() + PeriodAt(time)->offset);
}

// The periods before that of `earliest` end before any clock shows `local`. In each other the first
// candidate is its begin, or where its clock shows `local`.
Time TimeZone::FirstAt(LocalTime local) const {
  const Time utc(local.time_since_epoch());
  const Time earliest = utc - kOffsetMax;
  for (auto period = PeriodAt(earliest);; ++period) {
    const auto next = std::next(period);
    const Time candidate = std::max(utc - period->offset, period->begin);
    if (next == periods_.end() || candidate < next->begin) return candidate;
  }
}

}  // namespace riposte
