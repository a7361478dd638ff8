// Local time of the IANA time zones, from the data base of the system (tzdata). Its explicit
// changes of the clock count, which Debian and Ubuntu list up to 2037; later ones are not known.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace riposte {

// What a clock on the wall shows.
using LocalTime = std::chrono::local_time<Duration>;

// A zone's whole history, read once: immutable, safe to use from any thread. Times are those of
// the years 1 to 9999.
class TimeZone {
 public:
  // "Europe/Berlin", case counts. kNotFound: no zone of that name; kIo: no data base, or damaged.
  static Result<TimeZone> Load(std::string_view name);
  // All that Load knows, ascending; none if there is no data base.
  static std::vector<std::string> Names();

  LocalTime LocalAt(Time time) const;
  // The first moment at which the clock shows `local` or later: the first of the two where it goes
  // back over `local`, the moment of the leap where it leaps forward over it.
  Time FirstAt(LocalTime local) const;

 private:
  // From `begin` until the next begins, the clock is ahead of UTC by `offset`.
  struct Period {
    Time begin{};
    Duration offset{};
  };
  using Periods = std::vector<Period>;

  explicit TimeZone(Periods periods) : periods_(std::move(periods)) {}
  Periods::const_iterator PeriodAt(Time time) const;

  Periods periods_;  // ascending; the first begins before all times
};

}  // namespace riposte
