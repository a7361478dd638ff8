#include "engine/event/steps.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <string>

#include "base/time.h"
#include "base/unicode.h"

namespace riposte::event {
namespace {

std::string_view Basename(std::string_view path) {
  size_t begin = path.size();
  while (begin > 0 && path[begin - 1] != '/' && path[begin - 1] != '\\') --begin;
  return path.substr(begin);
}

std::string_view TrimBraces(std::string_view text) {
  if (text.size() >= 2 && text.front() == '{' && text.back() == '}')
    return text.substr(1, text.size() - 2);
  return text;
}

std::string_view TrimBlanks(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// "0x1a4c" in decimal; any other text as it is.
std::string_view FromHex(std::string_view text, Arena& arena) {
  if (!text.starts_with("0x") && !text.starts_with("0X")) return text;
  const char* const end = text.data() + text.size();
  uint64_t value = 0;
  const std::from_chars_result read = std::from_chars(text.data() + 2, end, value, 16);
  if (read.ec != std::errc() || read.ptr != end) return text;
  char decimal[20];
  const std::to_chars_result written = std::to_chars(decimal, decimal + sizeof decimal, value);
  return arena.Copy({decimal, static_cast<size_t>(written.ptr - decimal)});
}

// The number of the ISO 8601 week: that of the year in which its Thursday lies.
int64_t WeekOf(std::chrono::sys_days day) {
  const std::chrono::weekday weekday(day);
  const std::chrono::sys_days thursday =
      day + std::chrono::days(4 - static_cast<int>(weekday.iso_encoding()));
  const std::chrono::year year = std::chrono::year_month_day(thursday).year();
  return (thursday - std::chrono::sys_days(year / 1 / 1)).count() / 7 + 1;
}

// The part of the date and time as they are written, whatever their zone.
std::optional<int64_t> DatePart(std::string_view text, std::string_view part) {
  constexpr size_t kDateAndTime = std::string_view("2026-11-25 01:10:53").size();
  std::optional<Time> time = ParseDay(text);
  if (!time && ParseTime(text)) time = ParseTime(text.substr(0, kDateAndTime));
  if (!time) return std::nullopt;
  const std::chrono::sys_days day = std::chrono::floor<std::chrono::days>(*time);
  const std::chrono::year_month_day date(day);
  const Duration since_midnight = *time - day;
  if (part == "minute")
    return std::chrono::floor<std::chrono::minutes>(since_midnight).count() % 60;
  if (part == "hour") return std::chrono::floor<std::chrono::hours>(since_midnight).count();
  if (part == "day") return static_cast<unsigned>(date.day());
  if (part == "week") return WeekOf(day);
  if (part == "month") return static_cast<unsigned>(date.month());
  return static_cast<int>(date.year());
}

}  // namespace

bool StepRunner::Run(const std::vector<CompiledStep>& steps, Arena& arena, std::string_view& text) {
  return std::all_of(steps.begin(), steps.end(),
                     [&](const CompiledStep& step) { return RunOne(step, arena, text); });
}

bool StepRunner::RunOne(const CompiledStep& step, Arena& arena, std::string_view& text) {
  switch (step.kind) {
    case schema::Step::Kind::kBasename:
      text = Basename(text);
      return true;
    case schema::Step::Kind::kMap:
      return Map(step, text);
    case schema::Step::Kind::kSplit:
      return Split(step, text);
    case schema::Step::Kind::kPrefix:
      scratch_.assign(step.key).append(text);
      text = arena.Copy(scratch_);
      return true;
    case schema::Step::Kind::kTrimBraces:
      text = TrimBraces(text);
      return true;
    case schema::Step::Kind::kBefore: {
      const size_t found = text.find(step.key);
      text = text.substr(0, found);
      return found != std::string_view::npos;
    }
    case schema::Step::Kind::kHex:
      text = FromHex(text, arena);
      return true;
    case schema::Step::Kind::kDrop:
      return text != step.key;
    case schema::Step::Kind::kDatePart: {
      const std::optional<int64_t> part = DatePart(text, step.key);
      if (part) text = arena.Copy(std::to_string(*part));
      return part.has_value();
    }
  }
  return true;
}

bool StepRunner::Map(const CompiledStep& step, std::string_view& text) {
  scratch_.clear();
  unicode::FoldAppend(text, scratch_);
  const auto found = std::lower_bound(step.map.begin(), step.map.end(), scratch_,
                                      [](const std::pair<std::string, std::string>& entry,
                                         const std::string& key) { return entry.first < key; });
  if (found != step.map.end() && found->first == scratch_) {
    text = found->second;
  } else if (step.map_default.has_value()) {
    text = *step.map_default;
  } else {
    return false;
  }
  return true;
}

// Of "KEY=value,OTHER=value": the value behind the key, whatever its case; blanks around a part do
// not count.
bool StepRunner::Split(const CompiledStep& step, std::string_view& text) {
  std::string_view rest = text;
  while (!rest.empty()) {
    const size_t comma = rest.find(',');
    const std::string_view part = TrimBlanks(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    const size_t equals = part.find('=');
    if (equals == std::string_view::npos) continue;
    scratch_.clear();
    unicode::FoldAppend(part.substr(0, equals), scratch_);
    if (scratch_ != step.key) continue;
    text = part.substr(equals + 1);
    return true;
  }
  return false;
}

}  // namespace riposte::event
