#include "engine/remediate/ids.h"

#include "base/digest.h"

namespace riposte::remediate {
namespace {

void AppendField(std::string_view field, std::string& out) {
  const uint32_t size = static_cast<uint32_t>(field.size());
  for (int shift = 24; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(static_cast<uint8_t>(size >> shift)));
  out += field;
}

std::string RecordKey(const Origin& origin, std::string_view record_sha256) {
  return JoinFields({"record", origin.topic, std::to_string(origin.partition),
                     std::to_string(origin.offset), std::to_string(origin.index), record_sha256});
}

}  // namespace

const Uuid kIdNamespace{{0x6f, 0x1a, 0x2c, 0x9e, 0x0d, 0x43, 0x5b, 0x8e, 0x9a, 0x57, 0x3c, 0x1e,
                         0x8f, 0x20, 0xb7, 0xd4}};

std::string JoinFields(std::initializer_list<std::string_view> fields) {
  std::string out;
  for (const std::string_view field : fields) AppendField(field, out);
  return out;
}

std::string TriggerKey(std::string_view event_id, Time event_time) {
  return JoinFields({"event", event_id, std::to_string(ToMs(event_time))});
}

std::string TriggerKey(const Origin& origin, std::string_view record_bytes) {
  return RecordKey(origin, Sha256Hex(record_bytes));
}

std::string TriggerKey(const Subject& subject) {
  if (!subject.event_id.empty()) return TriggerKey(subject.event_id, subject.event_time);
  if (subject.record_sha256.empty()) return TriggerKey(subject.origin, subject.record);
  return RecordKey(subject.origin, FileHash{.text = subject.record_sha256, .is_raw = true}.Hex());
}

std::string TriggerKeyInGroup(std::string event_key, std::span<const std::string> group) {
  if (group.empty()) return event_key;
  std::string key = JoinFields({"group", event_key});
  for (const std::string& value : group) AppendField(value, key);
  return key;
}

std::string DeadlineKey(std::span<const std::string> group, Time time) {
  std::string key = JoinFields({"deadline"});
  for (const std::string& value : group) AppendField(value, key);
  AppendField(std::to_string(ToMs(time)), key);
  return key;
}

std::string TargetIdentity(const Command& command) {
  if (command.process) {
    const ProcessTarget& process = *command.process;
    const std::string_view kind = process.tree ? "tree" : "process";
    if (!process.guid.empty()) return JoinFields({kind, command.asset.id, "guid", process.guid});
    const bool exact = process.started_at.has_value();
    const Time time = exact ? *process.started_at : process.started_not_after.value_or(Time{});
    return JoinFields({kind, command.asset.id, exact ? "started_at" : "started_not_after",
                       std::to_string(process.pid), std::to_string(ToMs(time))});
  }
  if (command.file)
    return JoinFields({"file", command.asset.id, command.file->path, command.file->sha256});
  return JoinFields({"asset", command.asset.id});
}

Uuid FiringId(const Uuid& rule_id, std::string_view asset_id, std::string_view trigger_key) {
  return Uuid::V5(kIdNamespace, JoinFields({"firing", rule_id.ToString(), asset_id, trigger_key}));
}

Uuid CommandId(const Command& command, std::string_view trigger_key) {
  return Uuid::V5(kIdNamespace,
                  JoinFields({"command", command.rule_id.ToString(), ActionName(command.action),
                              TargetIdentity(command), trigger_key}));
}

}  // namespace riposte::remediate
