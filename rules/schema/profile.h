// How one event format is read: where each token stands in the JSON, and which tokens play the
// essential roles (event id, time, asset, process, file ...). A profile belongs to an input topic,
// not to a rule. The YAML form is in docs/profiles.md.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/schema/catalogue.h"

namespace riposte::schema {

// Keys that stand for something else in a Path. No key of an event equals one: those are valid
// UTF-8.
inline constexpr std::string_view kAnyKey = "\xff";     // each key that is not named at this level
inline constexpr std::string_view kPresence = "\xff?";  // last: JSON null or [] stands at the path
inline constexpr std::string_view kEveryValue = "\xff*";  // alone: each scalar of the event

// Keys from the root object down. Arrays on the way are entered: "indicator2.score" reads every
// element's score.
struct Path {
  std::vector<std::string> keys;
  bool operator==(const Path&) const = default;
  // Dots inside keys are escaped: "a\.b.c". A key that is any is "*".
  std::string ToString() const;
};

// Holds if any value at `path` (as text) equals one of `any_of`, ignoring case by simple folding.
// An absent path does not hold.
struct Condition {
  Path path{};
  std::vector<std::string> any_of{};
};

// What is done to each text value that was read, in order.
struct Step {
  enum class Kind : uint8_t {
    kBasename,  // what follows the last '/' or '\'
    kMap,       // `map`: the text becomes what it maps to, ignoring case; a text that is not in it
                // becomes `map_default`, or absent if that is empty
    kSplit,  // of "SHA256=AB,MD5=CD": the part behind `key` and '=', up to ',' ; absent if there is
             // none
    kPrefix,      // puts `key` in front
    kTrimBraces,  // "{guid}" -> "guid"
    kBefore,      // what stands before the first `key`; absent if `key` does not occur
    kHex,  // "0x1a4c" -> "6732"; a text that does not begin with 0x, or is beyond 64 bits, stays as
           // it is
    kDrop,      // absent if the text is `key`: how a format writes "nothing"
    kDatePart,  // of "2026-11-25 01:10:53", as written: the part that `key` names ("minute",
                // "hour", "day", "week", "month", "year") in digits; absent if it is no date. Weeks
                // are those of ISO 8601. Not in profiles: for Sigma's time modifiers
  };
  Kind kind{};
  std::string key{};
  std::vector<std::pair<std::string, std::string>> map{};
  std::optional<std::string> map_default{};
};

// One way to get a token's value.
struct Alternative {
  std::vector<Condition> when{};  // all must hold; empty: always
  // One; or several, whose first values are joined by `separator` if all are present.
  std::vector<Path> paths{};
  std::string separator{};
  std::optional<std::string> constant{};  // instead of paths
  std::vector<Step> steps{};
};

enum class TimeFormat : uint8_t {
  kText /* ParseTime() */,
  kEpochSeconds,
  kEpochMs,
  kEpochUs,
  kFiletime
};

// Where a profile finds a token.
struct FieldSource {
  // The first alternative that gives a value (JSON null and [] are none) wins; with `union_of_all`
  // all values of all count.
  std::vector<Alternative> alternatives{};
  bool union_of_all = false;
  bool guaranteed = false;  // each event of the format has it
  bool lenient = false;     // a value that cannot be read as the token's type is none
  TimeFormat time_format = TimeFormat::kText;
};

// The parts that the engine itself needs of an event.
enum class Role : uint8_t {
  kEventId,
  kEventTime,
  kEventType,
  kAssetId,
  kAssetName,
  kAssetPlatform,
  kProcessPid,
  kProcessStartedAt,
  kProcessStartedNotAfter,
  kProcessGuid,
  kProcessImage,
  kProcessSha256,  // the event's process: for NETWORK, MUTEX and REGISTRY the owner
  kParentPid,
  kParentStartedAt,
  kParentStartedNotAfter,
  kParentGuid,
  kParentImage,
  kParentSha256,
  kFilePath,
  kFileSha256,
  kEngine,
  kScore,
  kVerdict,
  kClass,
  kSeverity,
  kSnapshot,  // bool: the record repeats a state, it tells of nothing new
  kCount,
};
std::string_view RoleName(Role role);  // "event_id", "process_pid", ... as in the YAML

// Event types, as the token `type` of each profile gives them.
enum class EventType : uint8_t { kOther, kFile, kProcess, kNetwork, kMutex, kRegistry };
std::optional<EventType> ParseEventType(std::string_view text);  // ignoring case
std::string_view EventTypeName(EventType type);                  // "FILE", ..., "OTHER"

// Which events of a format belong to a Sigma log source. An empty text stands for none.
struct LogRoute {
  std::string product{}, category{}, service{};
  // All of one of these must hold; no entry: each event belongs to it.
  std::vector<std::vector<Condition>> when{};
};

// Where the fields of Sigma rules stand in a format, and which log sources it provides.
struct SigmaMapping {
  struct Field {
    std::string name{};  // as rules write it: letter case counts
    std::vector<Alternative> alternatives{};
  };
  // Of a field that is not in `fields`: its name takes the place of the last key.
  std::vector<Path> defaults{};
  std::vector<Field> fields{};
  std::vector<LogRoute> routes{};  // empty: the format provides nothing to Sigma rules
};

struct Profile {
  std::string name{};
  std::string description{};
  // By FieldId of the catalogue; empty where the format does not carry the token.
  std::vector<std::optional<FieldSource>> fields{};
  // Token that plays each role; kNoField where the format has none.
  std::array<FieldId, static_cast<size_t>(Role::kCount)> roles{};
  SigmaMapping sigma{};
  std::string sha256{};  // of its file

  bool Has(FieldId id) const { return Index(id) < fields.size() && fields[Index(id)].has_value(); }
  FieldId role(Role r) const { return roles[static_cast<size_t>(r)]; }
};

// The loaded profiles and their common catalogue. Immutable.
struct Schema {
  Catalogue catalogue;
  std::vector<Profile> profiles;

  const Profile* FindProfile(std::string_view name) const;  // exact name; null if unknown
};
using SchemaPtr = std::shared_ptr<const Schema>;

}  // namespace riposte::schema
