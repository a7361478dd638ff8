// Typed values from text.
#pragma once

#include <optional>
#include <string_view>

#include "rules/query/expression.h"

namespace riposte::qql {

// A point in time, or a whole day (UTC) that begins at it.
struct DateLiteral {
  query::TimePoint at;
  bool is_day = false;
  // The first instant behind the day.
  query::TimePoint DayEnd() const;
};

// A day, a time (base/time.h) or `now[+-]N(s|m|h|d|w|M|y)`. Empty if malformed, a date that does
// not exist, or outside the years 0 to 9999 (`now` moved by more than 10,000 years included).
std::optional<DateLiteral> ParseDate(std::string_view text);

// `true` or `false`, ignoring case.
std::optional<bool> ParseBool(std::string_view text);

}  // namespace riposte::qql
