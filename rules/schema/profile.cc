#include "rules/schema/profile.h"

#include <algorithm>

#include "base/check.h"

namespace riposte::schema {
namespace {

constexpr std::array<std::string_view, static_cast<size_t>(Role::kCount)> kRoleNames = {
    "event_id",
    "event_time",
    "event_type",
    "asset_id",
    "asset_name",
    "asset_platform",
    "process_pid",
    "process_started_at",
    "process_started_not_after",
    "process_guid",
    "process_image",
    "process_sha256",
    "parent_pid",
    "parent_started_at",
    "parent_started_not_after",
    "parent_guid",
    "parent_image",
    "parent_sha256",
    "file_path",
    "file_sha256",
    "engine",
    "score",
    "verdict",
    "class",
    "severity",
    "snapshot",
};

struct NamedEventType {
  EventType type;
  std::string_view name;
};
constexpr std::array<NamedEventType, 6> kEventTypes = {{
    {EventType::kOther, "OTHER"},
    {EventType::kFile, "FILE"},
    {EventType::kProcess, "PROCESS"},
    {EventType::kNetwork, "NETWORK"},
    {EventType::kMutex, "MUTEX"},
    {EventType::kRegistry, "REGISTRY"},
}};

}  // namespace

std::string Path::ToString() const {
  std::string text;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (i > 0) text += '.';
    if (keys[i] == kAnyKey) {
      text += '*';
      continue;
    }
    for (const char c : keys[i]) {
      if (c == '.' || c == '\\') text += '\\';
      text += c;
    }
  }
  return text;
}

std::string_view RoleName(Role role) {
  RIPOSTE_CHECK(role < Role::kCount, "no role");
  return kRoleNames[static_cast<size_t>(role)];
}

std::optional<EventType> ParseEventType(std::string_view text) {
  for (const NamedEventType& known : kEventTypes) {
    if (std::equal(
            text.begin(), text.end(), known.name.begin(), known.name.end(),
            [](char a, char b) { return (a >= 'a' && a <= 'z' ? a - 'a' + 'A' : a) == b; })) {
      return known.type;
    }
  }
  return std::nullopt;
}

std::string_view EventTypeName(EventType type) {
  for (const NamedEventType& known : kEventTypes) {
    if (known.type == type) return known.name;
  }
  RIPOSTE_CHECK(false, "an event type without a name");
}

const Profile* Schema::FindProfile(std::string_view name) const {
  const auto found = std::find_if(profiles.begin(), profiles.end(),
                                  [name](const Profile& profile) { return profile.name == name; });
  return found == profiles.end() ? nullptr : &*found;
}

}  // namespace riposte::schema
