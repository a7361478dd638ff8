// Which rule set each instance has live: the control records "ruleset/<instance>" ->
// {"sha256", "rules", "last_good", "since", "version", "group", "host", "run"}.
//
// An instance announces its set when it goes live and anew at an interval, and deletes its record
// when it stops in order. The record of one that was killed is known by its age. Only instances of
// one consumer group are compared: others may well have other rules.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "base/uuid.h"
#include "engine/pipeline/ports.h"

namespace riposte::app {

inline constexpr std::string_view kRulesetPrefix = "ruleset/";
// Between two announcements of an instance.
inline constexpr Duration kAnnounceInterval = std::chrono::minutes(1);
// An instance whose record is older does not count: three announcements are missing.
inline constexpr Duration kStaleAfter = std::chrono::minutes(3);
// A record that is older is deleted by whoever sees it.
inline constexpr Duration kForgottenAfter = std::chrono::hours(24);
// Records that are looked at, and the longest value of one.
inline constexpr size_t kInstancesMax = 1000;
inline constexpr size_t kAnnouncementBytesMax = 4096;

struct Announcement {
  std::string instance, group, host, version;
  std::string sha256;
  int64_t rules = 0;
  bool last_good = false;
  Time since{};  // when the set went live there
  Uuid run;      // of the process: tells two processes with one name apart
  Time announced{};
};

pipeline::ControlRecord ToRecord(const Announcement& announcement);

// Nothing if it is no announcement: another key, no JSON, too long, a member that is missing or
// means nothing, a name that could not be printed as it is.
std::optional<Announcement> ReadAnnouncement(const pipeline::ControlRecord& record);

struct Announcements {
  std::vector<Announcement> all;  // ascending by instance
  size_t ignored = 0;             // records that are none, and those beyond kInstancesMax
};
// None while control was not read to its end.
Announcements ReadAnnouncements(const pipeline::Control::Snapshot& control);

// Whether the record that was appended at `announced` still counts at `now`.
bool IsLive(Time announced, Time now);

// What an instance knows of those in its group.
struct Agreement {
  size_t same = 1;       // live instances with its set, itself included
  size_t different = 0;  // live instances with another set
  size_t ignored = 0;    // as in Announcements, of every group
  std::string example;   // one of those with another set; empty if there is none
};
// `self` counts as live, whatever its record says.
Agreement Compare(const Announcement& self, const Announcements& announcements, Time now);

// Whether a live instance of the group of `one` has another set than it.
bool Differs(const Announcement& one, const Announcements& announcements, Time now);

}  // namespace riposte::app
