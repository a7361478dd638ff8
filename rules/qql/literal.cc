#include "rules/qql/literal.h"

#include <array>
#include <chrono>

namespace riposte::qql {
namespace {

constexpr Time kFirst{std::chrono::sys_days{std::chrono::year(0) / 1 / 1}};
constexpr Time kEnd{std::chrono::sys_days{std::chrono::year(10000) / 1 / 1}};
constexpr int64_t kMostMonths = 120'000;
constexpr int64_t kMostMs = int64_t{3'652'425} * 86'400'000;  // 10,000 years

struct Unit {
  char name;
  int64_t months;
  int64_t ms;
};
constexpr std::array<Unit, 7> kUnits = {{{'s', 0, 1'000},
                                         {'m', 0, 60'000},
                                         {'h', 0, 3'600'000},
                                         {'d', 0, 86'400'000},
                                         {'w', 0, 604'800'000},
                                         {'M', 1, 0},
                                         {'y', 12, 0}}};

bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c) != lower[i]) return false;
  }
  return true;
}

// What follows `now`.
std::optional<query::TimePoint> ParseOffset(std::string_view text) {
  query::TimePoint point{.relative = true};
  if (text.empty()) return point;
  if (text.size() < 3 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const int64_t sign = text[0] == '-' ? -1 : 1;
  int64_t count = 0;
  for (const char c : text.substr(1, text.size() - 2)) {
    if (c < '0' || c > '9' || count > kMostMs) return std::nullopt;
    count = count * 10 + (c - '0');
  }
  for (const Unit& unit : kUnits) {
    if (unit.name != text.back()) continue;
    if (unit.months > 0 && count > kMostMonths / unit.months) return std::nullopt;
    if (unit.ms > 0 && count > kMostMs / unit.ms) return std::nullopt;
    point.months = static_cast<int32_t>(sign * count * unit.months);
    point.offset_ms = sign * count * unit.ms;
    return point;
  }
  return std::nullopt;
}

}  // namespace

query::TimePoint DateLiteral::DayEnd() const {
  query::TimePoint end = at;
  end.fixed += std::chrono::days(1);
  return end;
}

std::optional<DateLiteral> ParseDate(std::string_view text) {
  if (EqualsIgnoringCase(text.substr(0, 3), "now")) {
    const std::optional<query::TimePoint> point = ParseOffset(text.substr(3));
    if (!point) return std::nullopt;
    return DateLiteral{.at = *point};
  }
  const std::optional<Time> day = ParseDay(text);
  const std::optional<Time> time = day ? day : ParseTime(text);
  if (!time || *time < kFirst || *time >= kEnd) return std::nullopt;
  return DateLiteral{.at = {.fixed = *time}, .is_day = day.has_value()};
}

std::optional<bool> ParseBool(std::string_view text) {
  if (EqualsIgnoringCase(text, "true")) return true;
  if (EqualsIgnoringCase(text, "false")) return false;
  return std::nullopt;
}

}  // namespace riposte::qql
