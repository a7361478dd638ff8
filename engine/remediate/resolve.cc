#include "engine/remediate/resolve.h"

#include <array>
#include <charconv>

#include "engine/remediate/ids.h"

namespace riposte::remediate {
namespace {

using schema::EventType;
using schema::Role;

// The roles that describe one process of an event.
struct ProcessRoles {
  Role pid, started_at, started_not_after, guid, image, sha256;
};
constexpr ProcessRoles kOwnProcess{
    Role::kProcessPid,  Role::kProcessStartedAt, Role::kProcessStartedNotAfter,
    Role::kProcessGuid, Role::kProcessImage,     Role::kProcessSha256};
constexpr ProcessRoles kParentProcess{
    Role::kParentPid,  Role::kParentStartedAt, Role::kParentStartedNotAfter,
    Role::kParentGuid, Role::kParentImage,     Role::kParentSha256};

// What an action is for, or why there is nothing.
struct Resolved {
  Refusal refusal = Refusal::kNone;
  std::optional<ProcessTarget> process;
  std::optional<FileTarget> file;
};

Resolved Refuse(Refusal refusal) { return {.refusal = refusal, .process = {}, .file = {}}; }

std::string LowerHex(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

std::optional<int64_t> PidOf(const event::Event& event, Role role) {
  const event::Value* value = event.First(role);
  if (value == nullptr) return std::nullopt;
  const std::string text = value->number.ToString();
  int64_t pid = 0;
  const std::from_chars_result read = std::from_chars(text.data(), text.data() + text.size(), pid);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || pid < 0)
    return std::nullopt;
  return pid;
}

std::optional<Time> TimeOf(const event::Event& event, Role role) {
  const event::Value* value = event.First(role);
  return value == nullptr ? std::nullopt : std::optional<Time>(value->date);
}

// For FILE events a rule's `target` says nothing: the processes of the file die, whoever wrote it
// lives.
const ProcessRoles& RolesFor(EventType type, const rule::Remediation& remediation) {
  const bool parent = type == EventType::kProcess && remediation.target == rule::Target::kParent;
  return parent ? kParentProcess : kOwnProcess;
}

Resolved ResolveFile(std::string_view path, std::string_view sha256) {
  if (path.empty()) return Refuse(Refusal::kNoFile);
  if (sha256.empty()) return Refuse(Refusal::kNoFileHash);
  return {.refusal = Refusal::kNone,
          .process = {},
          .file = FileTarget{.path = std::string(path), .sha256 = LowerHex(sha256)}};
}

Resolved ResolveProcess(const event::Event& event, const ProcessRoles& roles, bool tree) {
  const std::optional<int64_t> pid = PidOf(event, roles.pid);
  if (!pid) return Refuse(Refusal::kNoProcess);
  ProcessTarget process{.pid = *pid,
                        .started_at = TimeOf(event, roles.started_at),
                        .started_not_after = TimeOf(event, roles.started_not_after),
                        .guid = std::string(event.TextOf(roles.guid)),
                        .image = std::string(event.TextOf(roles.image)),
                        .sha256 = LowerHex(event.TextOf(roles.sha256)),
                        .tree = tree};
  // The exact time says all that the bound would.
  if (process.started_at) process.started_not_after.reset();
  if (!process.started_at && !process.started_not_after && process.guid.empty())
    return Refuse(Refusal::kNoProcessIdentity);
  return {.refusal = Refusal::kNone, .process = std::move(process), .file = {}};
}

// The action matrix.
Resolved Resolve(Action action, const rule::Remediation& remediation, const event::Event& event) {
  if (action == Action::kIsolateAsset) return {};
  const EventType type = event.type();
  switch (type) {
    case EventType::kFile:
      return ResolveFile(event.TextOf(Role::kFilePath), event.TextOf(Role::kFileSha256));
    case EventType::kProcess:
    case EventType::kNetwork:
    case EventType::kMutex: {
      const ProcessRoles& roles = RolesFor(type, remediation);
      if (action == Action::kKillProcess)
        return ResolveProcess(event, roles, remediation.target == rule::Target::kTree);
      return ResolveFile(event.TextOf(roles.image), event.TextOf(roles.sha256));
    }
    case EventType::kRegistry:
      return Refuse(Refusal::kRegistryEvent);
    case EventType::kOther:
      return Refuse(Refusal::kUnsupportedEventType);
  }
  return Refuse(Refusal::kUnsupportedEventType);
}

Duration TimeToLiveOf(Action action, const TimeToLive& ttl) {
  switch (action) {
    case Action::kKillProcess:
      return ttl.kill;
    case Action::kQuarantineFile:
    case Action::kDeleteFile:
    case Action::kUnquarantineFile:
      return ttl.file;
    case Action::kIsolateAsset:
    case Action::kReleaseAsset:
      return ttl.isolate;
  }
  return ttl.kill;
}

bool IsSnapshot(const event::Event& event) {
  const event::Value* value = event.First(Role::kSnapshot);
  return value != nullptr && value->boolean;
}

Command MakeCommand(Action action, const Firing& firing, const event::Event& event,
                    Resolved resolved, const TimeToLive& ttl, Time now) {
  Command command;
  command.action = action;
  command.asset = {.id = std::string(event.TextOf(Role::kAssetId)),
                   .name = std::string(event.TextOf(Role::kAssetName)),
                   .platform = std::string(event.TextOf(Role::kAssetPlatform))};
  command.process = std::move(resolved.process);
  command.file = std::move(resolved.file);
  command.rule_id = firing.rule->id;
  command.rule_name = firing.rule->name;
  command.rule_version = firing.rule->version;
  command.severity = firing.rule->severity;
  command.firing_id = firing.id;
  command.event_ids = firing.event_ids;
  command.mode =
      firing.rule->remediation->mode == rule::AutoMode::kEnforce ? Mode::kEnforce : Mode::kDryRun;
  command.issued_at = now;
  command.not_after = now + TimeToLiveOf(action, ttl);
  command.event_time = firing.event_time;
  command.append_time = firing.append_time;
  command.id = CommandId(command, firing.trigger_key);
  return command;
}

Proposal ProposeOne(Action action, const Firing& firing, const event::Event& event,
                    const TimeToLive& ttl, Time now) {
  Resolved resolved;
  if (event.TextOf(Role::kAssetId).empty()) {
    resolved = Refuse(Refusal::kNoAsset);
  } else if (IsSnapshot(event)) {
    resolved = Refuse(Refusal::kSnapshot);
  } else {
    resolved = Resolve(action, *firing.rule->remediation, event);
  }
  if (resolved.refusal != Refusal::kNone)
    return {.action = action, .command = {}, .refusal = resolved.refusal};
  return {.action = action,
          .command = MakeCommand(action, firing, event, std::move(resolved), ttl, now),
          .refusal = Refusal::kNone};
}

struct RefusalText {
  std::string_view name, sentence;
};
constexpr std::array<RefusalText, static_cast<size_t>(Refusal::kCount)> kRefusals = {{
    {"none", ""},
    {"registry_event",
     "A registry event names no process and no file that could be acted on. Isolation of the asset "
     "is possible."},
    {"unsupported_event_type",
     "Events of this type have no process and no file to act on. Isolation of the asset is "
     "possible."},
    {"no_asset", "The event does not say which asset it comes from."},
    {"no_process", "The event does not give the process id of the target."},
    {"no_process_identity",
     "The event identifies the process by its pid alone, and pids are reused: neither its start "
     "time nor a unique id is there."},
    {"no_file", "The event does not give the path of the file."},
    {"no_file_hash",
     "The event does not give the SHA-256 of the file, so another file could be taken in its "
     "place."},
    {"snapshot",
     "The record repeats a known state; automatic remediation acts on new events only."},
}};

}  // namespace

std::string_view RefusalName(Refusal refusal) {
  return kRefusals[static_cast<size_t>(refusal)].name;
}

std::string_view RefusalSentence(Refusal refusal) {
  return kRefusals[static_cast<size_t>(refusal)].sentence;
}

Firing MakeFiring(const rule::Rule& rule, const event::Event& event, const Origin& origin) {
  Firing firing;
  firing.rule = &rule;
  firing.append_time = origin.append_time;
  firing.event_time = TimeOf(event, Role::kEventTime).value_or(origin.append_time);
  const std::string_view event_id = event.TextOf(Role::kEventId);
  if (event_id.empty()) {
    firing.trigger_key = TriggerKey(origin, event.bytes());
  } else {
    firing.trigger_key = TriggerKey(event_id, firing.event_time);
    firing.event_ids.emplace_back(event_id);
  }
  firing.id = FiringId(rule.id, event.TextOf(Role::kAssetId), firing.trigger_key);
  return firing;
}

std::vector<Proposal> Propose(const Firing& firing, const event::Event& event,
                              const TimeToLive& ttl, Time now) {
  std::vector<Proposal> proposals;
  const std::optional<rule::Remediation>& remediation = firing.rule->remediation;
  if (!remediation || remediation->mode == rule::AutoMode::kOff) return proposals;
  switch (remediation->action) {
    case rule::RuleAction::kKillProcessAndQuarantineFile:
      proposals.push_back(ProposeOne(Action::kKillProcess, firing, event, ttl, now));
      proposals.push_back(ProposeOne(Action::kQuarantineFile, firing, event, ttl, now));
      break;
    case rule::RuleAction::kQuarantineAsset:
      proposals.push_back(ProposeOne(Action::kIsolateAsset, firing, event, ttl, now));
      break;
  }
  return proposals;
}

}  // namespace riposte::remediate
