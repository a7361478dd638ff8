// The windows of a schedule, in UTC. What is one: docs/adr/0007-trigger-semantics.md, `scheduled`.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/result.h"
#include "base/time.h"
#include "base/time_zone.h"
#include "rules/rule/trigger.h"

namespace riposte::trigger {

// [begin, end), never empty.
struct Window {
  Time begin{};
  Time end{};
  bool Contains(Time time) const { return begin <= time && time < end; }
  bool operator==(const Window&) const = default;
};

// Immutable, safe to use from any thread; a look-up takes no lock and allocates nothing. No two
// windows overlap.
class Calendar {
 public:
  // Windows are known between these; elsewhere there are none.
  static constexpr Time kFirst = std::chrono::sys_days(std::chrono::year(2) / 1 / 1);
  static constexpr Time kEnd = std::chrono::sys_days(std::chrono::year(9999) / 1 / 1);
  // No window is longer: a day, and a clock that goes back over the date line.
  static constexpr Duration kLengthMax = std::chrono::hours(50);

  // kNotFound: the time zone is not known. kIo: the
  // time zone data base cannot be read.
  static Result<Calendar> Make(const rule::Scheduled& schedule);

  std::optional<Window> Containing(Time time) const;
  // The first that begins after `time`.
  std::optional<Window> NextAfter(Time time) const;

 private:
  using Day = std::chrono::local_days;

  Calendar(const rule::Scheduled& schedule, TimeZone zone);
  bool IsListed(Day day) const;
  std::optional<Window> Of(Day day) const;

  TimeZone zone_;
  rule::Scheduled::Period period_;
  uint32_t days_ = 0;  // of the week or the month: bit n is day n
  Duration from_;      // local, since midnight
  Duration to_;        // likewise; beyond 24 h on the next day
};

}  // namespace riposte::trigger
