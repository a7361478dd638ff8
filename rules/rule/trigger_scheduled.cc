#include "rules/rule/trigger_scheduled.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/time_zone.h"
#include "rules/text/suggest.h"

namespace riposte::rule {
namespace {

using Period = Scheduled::Period;

constexpr std::array<std::string_view, 8> kKeys = {"daily", "weekly",   "monthly",  "from",
                                                   "to",    "timezone", "at_least", "group_by"};
constexpr std::array<std::string_view, 3> kPeriods = {"daily", "weekly", "monthly"};  // as Period
constexpr std::array<std::string_view, 7> kWeekdays = {"mon", "tue", "wed", "thu",
                                                       "fri", "sat", "sun"};
constexpr int kMonthDays = 31;

std::optional<int> ReadWeekday(const yaml::Node& node, text::NodeReader& reader) {
  const std::optional<size_t> index = reader.Choice(node, "an entry of 'weekly'", kWeekdays);
  if (!index) return std::nullopt;
  return static_cast<int>(*index) + 1;
}

std::optional<int> ReadMonthDay(const yaml::Node& node, text::NodeReader& reader) {
  const std::optional<int64_t> day = reader.Count(node, "an entry of 'monthly'");
  if (!day) return std::nullopt;
  if (*day >= 1 && *day <= kMonthDays) return static_cast<int>(*day);
  reader.Error(node.span, "bad-day", fmt::format("no month has a day {}", *day),
               "1 to 31; a day that a month lacks is its last");
  return std::nullopt;
}

std::vector<int> ReadDays(const yaml::Node& node, Period period, text::NodeReader& reader) {
  std::vector<int> days;
  const bool weekly = period == Period::kWeekly;
  if (!reader.List(node, weekly ? "'weekly'" : "'monthly'")) return days;
  for (const yaml::Node& item : node.items) {
    const std::optional<int> day = weekly ? ReadWeekday(item, reader) : ReadMonthDay(item, reader);
    if (!day) continue;
    if (std::ranges::find(days, *day) == days.end()) {
      days.push_back(*day);
    } else {
      reader.Error(item.span, "bad-day", fmt::format("'{}' is listed already", item.value),
                   "write each day once");
    }
  }
  std::ranges::sort(days);
  return days;
}

void ReadPeriod(const yaml::Node& section, yaml::Span key_span, text::NodeReader& reader,
                Scheduled& scheduled) {
  const yaml::Entry* first = nullptr;
  for (const yaml::Entry& entry : section.entries) {
    const auto* const period = std::ranges::find(kPeriods, entry.key);
    if (period == kPeriods.end()) continue;
    if (first != nullptr) {
      reader.Error(entry.key_span, "two-periods",
                   fmt::format("the schedule is '{}' already", first->key), "keep one of them");
      continue;
    }
    first = &entry;
    scheduled.period = static_cast<Period>(period - kPeriods.begin());
    if (scheduled.period == Period::kDaily) {
      CheckNoSettings(entry.value, "daily", "write 'daily:' alone", reader);
    } else {
      scheduled.days = ReadDays(entry.value, scheduled.period, reader);
    }
  }
  if (first == nullptr)
    reader.Error(key_span, "missing-key", "'scheduled' does not say on which days",
                 "add 'daily:', 'weekly: [mon]' or 'monthly: [1]'");
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// "16:00".
std::optional<std::chrono::minutes> ParseTimeOfDay(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (const size_t i : {0, 1, 3, 4})
    if (!IsDigit(text[i])) return std::nullopt;
  const int hours = (text[0] - '0') * 10 + (text[1] - '0');
  const int minutes = (text[3] - '0') * 10 + (text[4] - '0');
  if (hours > 23 || minutes > 59) return std::nullopt;
  return std::chrono::minutes(hours * 60 + minutes);
}

std::chrono::minutes ReadTimeOfDay(const yaml::Node& section, std::string_view key,
                                   yaml::Span key_span, text::NodeReader& reader) {
  const yaml::Node* node = reader.Required(section, key, "'scheduled'", key_span);
  if (node == nullptr) return {};
  const std::optional<std::string> text = reader.Text(*node, fmt::format("'{}'", key));
  if (!text) return {};
  const std::optional<std::chrono::minutes> time = ParseTimeOfDay(*text);
  if (!time)
    reader.Error(node->span, "bad-time-of-day", fmt::format("'{}' is no time of a day", *text),
                 "00:00 to 23:59; the end of a day is 00:00 of the next");
  return time.value_or(std::chrono::minutes{0});
}

// Parts of letters, digits and '_', '+', '-', the first beginning with a letter, with '/' between
// them: "America/Argentina/Ushuaia", "Etc/GMT+1". The name becomes part of a path.
bool IsZoneName(std::string_view name) {
  constexpr size_t kLongest = 64;
  if (name.empty() || name.size() > kLongest || !IsLetter(name.front()) || name.back() == '/')
    return false;
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool separates = c == '/' && name[i - 1] != '/';
    if (!separates && !IsLetter(c) && !IsDigit(c) && c != '_' && c != '+' && c != '-') return false;
  }
  return true;
}

// A set with a zone that this machine does not know is refused: a task could not run it.
void CheckZoneIsKnown(const yaml::Node& node, const std::string& name, text::NodeReader& reader) {
  const Result<TimeZone> zone = TimeZone::Load(name);
  if (zone.ok()) return;
  const std::vector<std::string> names = TimeZone::Names();
  reader.Error(node.span, "unknown-timezone", zone.status().message(),
               text::DidYouMean(name, std::vector<std::string_view>(names.begin(), names.end())));
}

void ReadTimezone(const yaml::Node& node, text::NodeReader& reader, Scheduled& scheduled) {
  std::optional<std::string> name = reader.Text(node, "'timezone'");
  if (!name) return;
  if (IsZoneName(*name)) {
    CheckZoneIsKnown(node, *name, reader);
  } else {
    reader.Error(node.span, "bad-timezone", fmt::format("'{}' is no name of a time zone", *name),
                 "a name of the IANA data base: Europe/Berlin, or UTC");
  }
  scheduled.timezone = std::move(*name);
}

}  // namespace

std::optional<Scheduled> ReadScheduled(const yaml::Node& section, yaml::Span key_span,
                                       const TriggerContext& context) {
  text::NodeReader& reader = context.reader;
  const size_t errors_before = reader.diagnostics().error_count();
  if (!reader.Mapping(section, "'scheduled'", kKeys)) return std::nullopt;
  Scheduled scheduled;
  ReadPeriod(section, key_span, reader, scheduled);
  scheduled.from = ReadTimeOfDay(section, "from", key_span, reader);
  scheduled.to = ReadTimeOfDay(section, "to", key_span, reader);
  if (const yaml::Node* node = section.Find("timezone")) ReadTimezone(*node, reader, scheduled);
  if (const yaml::Node* node = section.Find("at_least"))
    scheduled.at_least = ReadAtLeast(*node, Count::kAtLeastMax, reader).value_or(1);
  scheduled.group_by = ReadGroupByOf(section, "group_by", key_span, context).value_or(GroupBy{});
  if (reader.diagnostics().error_count() != errors_before) return std::nullopt;
  return scheduled;
}

}  // namespace riposte::rule
