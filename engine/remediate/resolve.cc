#include "engine/remediate/resolve.h"

#include <array>

#include "engine/remediate/ids.h"

namespace riposte::remediate {
namespace {

using schema::EventType;

// What an action is for, or why there is nothing.
struct Resolved {
  Refusal refusal = Refusal::kNone;
  std::optional<ProcessTarget> process;
  std::optional<FileTarget> file;
};

Resolved Refuse(Refusal refusal) { return {.refusal = refusal, .process = {}, .file = {}}; }

// For FILE events a rule's `target` says nothing: the processes of the file die, whoever wrote it
// lives.
const Subject::Process& ProcessFor(const rule::Remediation& remediation, const Subject& subject) {
  const bool parent =
      subject.type == EventType::kProcess && remediation.target == rule::Target::kParent;
  return parent ? subject.parent : subject.process;
}

Resolved ResolveFile(std::string_view path, const FileHash& sha256) {
  if (path.empty()) return Refuse(Refusal::kNoFile);
  if (sha256.empty()) return Refuse(Refusal::kNoFileHash);
  return {.refusal = Refusal::kNone,
          .process = {},
          .file = FileTarget{.path = std::string(path), .sha256 = sha256.Hex()}};
}

Resolved ResolveProcess(const Subject::Process& from, bool tree) {
  if (!from.pid) return Refuse(Refusal::kNoProcess);
  if (!from.started_at && !from.started_not_after && from.guid.empty())
    return Refuse(Refusal::kNoProcessIdentity);
  ProcessTarget process{.pid = *from.pid,
                        .started_at = from.started_at,
                        .started_not_after = from.started_not_after,
                        .guid = std::string(from.guid),
                        .image = std::string(from.image),
                        .sha256 = from.sha256.Hex(),
                        .tree = tree};
  // The exact time says all that the bound would.
  if (process.started_at) process.started_not_after.reset();
  return {.refusal = Refusal::kNone, .process = std::move(process), .file = {}};
}

// The action matrix.
Resolved ResolveByType(Action action, const rule::Remediation& remediation,
                       const Subject& subject) {
  switch (subject.type) {
    case EventType::kFile:
      return ResolveFile(subject.file.path, subject.file.sha256);
    case EventType::kProcess:
    case EventType::kNetwork:
    case EventType::kMutex: {
      const Subject::Process& process = ProcessFor(remediation, subject);
      if (action == Action::kKillProcess)
        return ResolveProcess(process, remediation.target == rule::Target::kTree);
      return ResolveFile(process.image, process.sha256);
    }
    case EventType::kRegistry:
      return Refuse(Refusal::kRegistryEvent);
    case EventType::kOther:
      return Refuse(Refusal::kUnsupportedEventType);
  }
  return Refuse(Refusal::kUnsupportedEventType);
}

Resolved Resolve(Action action, const rule::Remediation& remediation, const Subject& subject) {
  if (subject.asset.id.empty()) return Refuse(Refusal::kNoAsset);
  if (subject.is_snapshot) return Refuse(Refusal::kSnapshot);
  if (action == Action::kIsolateAsset) return {};
  return ResolveByType(action, remediation, subject);
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

// The command as far as it says what to act on.
Command MakeTarget(Action action, const AssetView& asset, Resolved resolved) {
  Command command;
  command.action = action;
  command.asset = {.id = std::string(asset.id),
                   .name = std::string(asset.name),
                   .platform = std::string(asset.platform)};
  command.process = std::move(resolved.process);
  command.file = std::move(resolved.file);
  return command;
}

Command MakeCommand(Command command, const Firing& firing, const Subject& target,
                    const TimeToLive& ttl, Time now) {
  command.rule_id = firing.rule->id;
  command.rule_name = firing.rule->name;
  command.rule_version = firing.rule->version;
  command.severity = firing.rule->severity;
  command.firing_id = firing.id;
  command.event_ids = firing.event_ids;
  command.mode =
      firing.rule->remediation->mode == rule::AutoMode::kEnforce ? Mode::kEnforce : Mode::kDryRun;
  command.issued_at = now;
  command.not_after = now + TimeToLiveOf(command.action, ttl);
  command.event_time = target.event_time;
  command.append_time = target.append_time();
  command.oldest_append_time = firing.oldest_append_time;
  command.id = CommandId(command, firing.trigger_key);
  return command;
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
    {"no_target_event",
     "The trigger was completed when a time was over, or by what is no event of an asset, so that "
     "no process and no file could be acted on."},
    {"no_single_asset",
     "The trigger was completed when a time was over, and its events do not come from one asset; "
     "they do if it is grouped by the asset."},
    {"too_large_to_propose",
     "Another task decides what is done on the asset, and the firing is too large to be told to "
     "it."},
}};

}  // namespace

std::string_view RefusalName(Refusal refusal) {
  return kRefusals[static_cast<size_t>(refusal)].name;
}

std::string_view RefusalSentence(Refusal refusal) {
  return kRefusals[static_cast<size_t>(refusal)].sentence;
}

std::vector<Action> ActionsOf(const rule::Rule& rule) {
  if (!rule.remediation || rule.remediation->mode == rule::AutoMode::kOff) return {};
  switch (rule.remediation->action) {
    case rule::RuleAction::kKillProcessAndQuarantineFile:
      return {Action::kKillProcess, Action::kQuarantineFile};
    case rule::RuleAction::kQuarantineAsset:
      return {Action::kIsolateAsset};
  }
  return {};
}

Proposal Propose(Action action, const Firing& firing, const Subject& target, const TimeToLive& ttl,
                 Time now) {
  Resolved resolved = Resolve(action, *firing.rule->remediation, target);
  if (resolved.refusal != Refusal::kNone)
    return {.action = action, .command = {}, .refusal = resolved.refusal};
  return {.action = action,
          .command = MakeCommand(MakeTarget(action, target.asset, std::move(resolved)), firing,
                                 target, ttl, now),
          .refusal = Refusal::kNone};
}

std::string TargetKey(const rule::Rule& rule, const Subject& target) {
  std::string key;
  bool has_target = false;
  for (const Action action : ActionsOf(rule)) {
    Resolved resolved = Resolve(action, *rule.remediation, target);
    has_target = has_target || resolved.refusal == Refusal::kNone;
    key += resolved.refusal == Refusal::kNone
               ? JoinFields({TargetIdentity(MakeTarget(action, target.asset, std::move(resolved)))})
               : JoinFields({""});
  }
  return has_target ? key : std::string();
}

}  // namespace riposte::remediate
