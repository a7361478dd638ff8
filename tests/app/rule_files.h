// Rule files and events of qualys-edr for the tests of the app, a line each.
#pragma once

#include <string>
#include <string_view>

#include "base/time.h"
#include "rules/schema/profile.h"

namespace riposte::test {

// The profiles that ship.
schema::SchemaPtr ShippedSchema();

// A rule on processes named `program`, written as a file; its id and name are derived from it.
// `remediation` and `tests` are lines of YAML ("remediation:\n  auto: ...\n"), or empty.
std::string RuleFile(std::string_view program, std::string_view remediation = {},
                     std::string_view tests = {});
inline constexpr std::string_view kKillEnforced =
    "description: d\nfalse_positives: [none known]\nremediation:\n  auto: enforce\n  action: "
    "kill_process_and_quarantine_file\n"
    "  target: process\n";
inline constexpr std::string_view kKillDry =
    "remediation:\n  auto: dry_run\n  action: kill_process_and_quarantine_file\n"
    "  target: process\n";
inline constexpr std::string_view kIsolateEnforced =
    "description: d\nfalse_positives: [none known]\nremediation:\n  auto: enforce\n  action: "
    "quarantine_asset\n";
inline constexpr std::string_view kIsolateOff =
    "remediation:\n  auto: off\n  action: quarantine_asset\n";
// A file that no rule set accepts.
inline constexpr std::string_view kBrokenFile = "id: 0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c10\nname: [";

// The start of the process `program` on the asset A1 (named PC-1), as JSON on one line. The event
// is E<id>, and the process' pid, image and hash depend on `id`: each is a target of its own.
std::string ProcessEvent(std::string_view program, int id, Time time);

// Replaces `path` as editors do: a new file beside it, renamed over it.
void ReplaceFile(const std::string& path, std::string_view bytes);

}  // namespace riposte::test
