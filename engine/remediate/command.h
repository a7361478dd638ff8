// A remediation command: what an agent is told to do, to what, until when. JSON form:
// agent-bridge/schema/command.schema.json.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "base/uuid.h"
#include "rules/rule/rule.h"

namespace riposte::remediate {

enum class Action : uint8_t {
  kKillProcess,
  kQuarantineFile,
  kDeleteFile,
  kIsolateAsset,
  kUnquarantineFile,
  kReleaseAsset
};
std::string_view ActionName(
    Action action);  // "kill_process", "quarantine_file", "delete_file", "quarantine_asset",
                     // "unquarantine_file", "release_asset"

struct Asset {
  std::string id, name, platform;
};
// A process is never named by its pid alone: pids are reused. One of started_at, started_not_after,
// guid is there.
struct ProcessTarget {
  int64_t pid = 0;
  std::optional<Time> started_at;
  std::optional<Time> started_not_after;
  std::string guid, image, sha256;
  bool tree = false;  // and its descendants
};
// For FILE events the kill takes the processes whose image is path + hash.
struct FileTarget {
  std::string path, sha256;
};

enum class Mode : uint8_t { kDryRun, kEnforce };
std::string_view ModeName(Mode mode);

struct Command {
  Uuid id;
  Action action = Action::kKillProcess;
  Asset asset;
  std::optional<ProcessTarget> process;
  std::optional<FileTarget> file;
  Uuid rule_id;
  std::string rule_name, rule_version;
  rule::Severity severity = rule::Severity::kMedium;
  Uuid firing_id;
  std::vector<std::string> event_ids;
  Mode mode = Mode::kDryRun;
  Time issued_at{};
  Time not_after{};
  // Of the event that the target is from; what max_event_age judges.
  Time event_time{}, append_time{};
  Time oldest_append_time{};  // of the events that led to it; what arming judges
};

// "C:\x\evil.exe (pid 4711)", "host WIN7": the target for people.
std::string DescribeTarget(const Command& command);

// The exact payload bytes for riposte.commands; deterministic.
std::string ToJson(const Command& command);

}  // namespace riposte::remediate
