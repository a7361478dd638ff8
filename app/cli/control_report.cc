#include "app/cli/control_report.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "app/ruleset_record.h"
#include "base/json.h"
#include "engine/guard/enforcement.h"

namespace riposte::cli {
namespace {

using app::Announcement;
using app::Announcements;
using pipeline::Control;
using pipeline::ControlRecord;

// As much of a set's hash as people compare.
constexpr size_t kHashDigits = 12;

// For a terminal: what is below the blank becomes one.
std::string Plain(std::string_view text) {
  std::string plain(text);
  for (char& c : plain)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return plain;
}

// In whole seconds. A clock that runs a little ahead makes it new.
Duration AgeOf(const Announcement& announcement, Time now) {
  const Duration age = std::chrono::floor<std::chrono::seconds>(now - announcement.announced);
  return std::max(Duration(0), age);
}

const Announcement* FindAnnouncement(const Announcements& announcements,
                                     const ControlRecord& record) {
  if (!record.key.starts_with(app::kRulesetPrefix)) return nullptr;
  const std::string_view name = std::string_view(record.key).substr(app::kRulesetPrefix.size());
  const std::vector<Announcement>::const_iterator found = std::lower_bound(
      announcements.all.begin(), announcements.all.end(), name,
      [](const Announcement& one, std::string_view wanted) { return one.instance < wanted; });
  return found != announcements.all.end() && found->instance == name ? &*found : nullptr;
}

// One line for each group that has live instances: how many, and whether they agree.
std::string Agreements(const Announcements& announcements, Time now) {
  struct Group {
    size_t instances = 0;
    std::set<std::string_view> sets;
  };
  std::map<std::string_view, Group> groups;
  for (const Announcement& one : announcements.all) {
    if (!app::IsLive(one.announced, now)) continue;
    Group& group = groups[one.group];
    ++group.instances;
    group.sets.insert(one.sha256);
  }
  std::string text;
  for (const auto& [name, group] : groups) {
    text += fmt::format("rule sets: group '{}': {} live instance{}, ", name, group.instances,
                        group.instances == 1 ? "" : "s");
    text += group.sets.size() == 1
                ? fmt::format("set {}\n", group.sets.begin()->substr(0, kHashDigits))
                : fmt::format("{} DIFFERENT sets\n", group.sets.size());
  }
  if (announcements.ignored > 0)
    text += fmt::format("rule sets: {} records of instances cannot be read, or are too many\n",
                        announcements.ignored);
  return text;
}

std::string Describe(const Announcement& one, const Announcements& announcements, Time now) {
  std::string text =
      fmt::format("set {}, {} rules, since {}, version {}", one.sha256.substr(0, kHashDigits),
                  one.rules, FormatTime(one.since), one.version);
  if (!one.host.empty()) text += ", on " + one.host;
  if (one.last_good) text += ", the LAST GOOD set";
  text += fmt::format(", announced {} ago", FormatDuration(AgeOf(one, now)));
  if (!app::IsLive(one.announced, now)) return text + ": STALE, not counted";
  if (app::Differs(one, announcements, now)) text += ": DIFFERS from another instance";
  return text;
}

}  // namespace

std::string ControlJson(const Control::Snapshot& control, Time now) {
  const Announcements announcements = app::ReadAnnouncements(control);
  std::string out;
  json::Writer writer(out);
  writer.BeginArray();
  for (const ControlRecord& record : control.records) {
    writer.BeginObject().Field("key", record.key).Key("value");
    // A record of somebody else's hand may be no JSON.
    if (json::Parse(record.value).ok()) {
      writer.Raw(record.value);
    } else {
      writer.String(record.value);
    }
    writer.Field("append_time", FormatTime(record.append_time));
    if (const Announcement* const one = FindAnnouncement(announcements, record)) {
      const bool live = app::IsLive(one->announced, now);
      writer.Key("age_seconds").Int(AgeOf(*one, now).count() / 1000).Key("live").Bool(live);
      writer.Key("differs").Bool(live && app::Differs(*one, announcements, now));
    }
    writer.EndObject();
  }
  writer.EndArray();
  return out + "\n";
}

std::string ControlText(const Control::Snapshot& control, Time now) {
  const Announcements announcements = app::ReadAnnouncements(control);
  const bool said = control.Find(guard::kEnforcementKey) != nullptr;
  const guard::Enforcement enforcement = guard::JudgeEnforcement(true, false, control);
  std::string out =
      enforcement.enabled
          ? fmt::format("enforcement: not stopped{}\n", said ? "" : " (nobody said anything)")
          : fmt::format("enforcement: {}\n", Plain(enforcement.disabled_because));
  out += Agreements(announcements, now);
  for (const ControlRecord& record : control.records) {
    const Announcement* const one = FindAnnouncement(announcements, record);
    out += fmt::format("{}  {}  {}\n", FormatTime(record.append_time), Plain(record.key),
                       one == nullptr ? Plain(record.value) : Describe(*one, announcements, now));
  }
  return out;
}

}  // namespace riposte::cli
