#include "app/ruleset_record.h"

#include <algorithm>

#include "base/json.h"

namespace riposte::app {
namespace {

using pipeline::ControlRecord;

// More than Kafka allows, with what a process adds.
constexpr size_t kNameBytesMax = 300;

bool IsAlphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// What Kafka allows as an instance id, and what a process adds to a name that is taken.
bool IsInstanceName(std::string_view name) {
  return !name.empty() && name.size() <= kNameBytesMax &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return IsAlphanumeric(c) || c == '.' || c == '_' || c == '-' || c == '~';
         });
}

// Whether a terminal shows it as it is: no control character of either table.
bool IsPlain(std::string_view text) {
  if (text.size() > kNameBytesMax) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const unsigned char c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == 0x7f) return false;
    if (c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0)
      return false;
  }
  return true;
}

bool IsSha256(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

// The text member `key`; nothing if there is none or it is not plain.
std::optional<std::string> PlainMember(const json::Value& value, std::string_view key) {
  const json::Value* const member = value.Find(key);
  const std::string* const text = member == nullptr ? nullptr : member->as_string();
  if (text == nullptr || !IsPlain(*text)) return std::nullopt;
  return *text;
}

bool IsPeer(const Announcement& one, const Announcement& other, Time now) {
  return other.group == one.group && other.instance != one.instance && IsLive(other.announced, now);
}

}  // namespace

ControlRecord ToRecord(const Announcement& announcement) {
  ControlRecord record{.key = std::string(kRulesetPrefix) + announcement.instance,
                       .value = {},
                       .append_time = announcement.announced};
  json::Writer writer(record.value);
  writer.BeginObject().Field("sha256", announcement.sha256).Field("rules", announcement.rules);
  writer.Key("last_good").Bool(announcement.last_good);
  writer.Field("since", FormatTime(announcement.since)).Field("version", announcement.version);
  writer.Field("group", announcement.group).Field("host", announcement.host);
  writer.Field("run", announcement.run.ToString()).EndObject();
  return record;
}

std::optional<Announcement> ReadAnnouncement(const ControlRecord& record) {
  if (!record.key.starts_with(kRulesetPrefix) || record.value.size() > kAnnouncementBytesMax)
    return std::nullopt;
  const std::string_view name = std::string_view(record.key).substr(kRulesetPrefix.size());
  const Result<json::Value> value = json::Parse(record.value);
  if (!value.ok() || !IsInstanceName(name)) return std::nullopt;
  const std::optional<std::string> group = PlainMember(*value, "group"),
                                   host = PlainMember(*value, "host"),
                                   version = PlainMember(*value, "version");
  const std::string_view sha256 = value->StringOr("sha256", "");
  const json::Value* const rules = value->Find("rules");
  const json::Value* const last_good = value->Find("last_good");
  const std::optional<Time> since = ParseTime(value->StringOr("since", ""));
  const std::optional<Uuid> run = Uuid::Parse(value->StringOr("run", ""));
  if (!group || !host || !version || !IsSha256(sha256) || !since || !run) return std::nullopt;
  if (rules == nullptr || rules->as_int() == nullptr || *rules->as_int() < 0) return std::nullopt;
  if (last_good == nullptr || last_good->as_bool() == nullptr) return std::nullopt;
  return Announcement{.instance = std::string(name),
                      .group = *group,
                      .host = *host,
                      .version = *version,
                      .sha256 = std::string(sha256),
                      .rules = *rules->as_int(),
                      .last_good = *last_good->as_bool(),
                      .since = *since,
                      .run = *run,
                      .announced = record.append_time};
}

Announcements ReadAnnouncements(const pipeline::Control::Snapshot& control) {
  Announcements announcements;
  if (!control.complete) return announcements;
  size_t looked_at = 0;
  for (const ControlRecord& record : control.records) {
    if (!record.key.starts_with(kRulesetPrefix)) continue;
    std::optional<Announcement> announcement;
    if (++looked_at <= kInstancesMax) announcement = ReadAnnouncement(record);
    if (announcement) {
      announcements.all.push_back(std::move(*announcement));
    } else {
      ++announcements.ignored;
    }
  }
  return announcements;
}

bool IsLive(Time announced, Time now) { return now - announced <= kStaleAfter; }

Agreement Compare(const Announcement& self, const Announcements& announcements, Time now) {
  Agreement agreement;
  agreement.ignored = announcements.ignored;
  for (const Announcement& other : announcements.all) {
    if (!IsPeer(self, other, now)) continue;
    if (other.sha256 == self.sha256) {
      ++agreement.same;
      continue;
    }
    if (agreement.different++ == 0) agreement.example = other.instance;
  }
  return agreement;
}

bool Differs(const Announcement& one, const Announcements& announcements, Time now) {
  return Compare(one, announcements, now).different > 0;
}

}  // namespace riposte::app
