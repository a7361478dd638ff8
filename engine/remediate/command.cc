#include "engine/remediate/command.h"

#include "base/json.h"

namespace riposte::remediate {
namespace {

void WriteProcess(const ProcessTarget& process, json::Writer& writer) {
  writer.Key("process").BeginObject().Field("pid", process.pid);
  if (process.started_at) writer.Field("started_at", FormatTime(*process.started_at));
  if (process.started_not_after)
    writer.Field("started_not_after", FormatTime(*process.started_not_after));
  if (!process.guid.empty()) writer.Field("guid", process.guid);
  writer.Field("image", process.image);
  if (!process.sha256.empty()) writer.Field("sha256", process.sha256);
  writer.Key("tree").Bool(process.tree).EndObject();
}

void WriteFile(const FileTarget& file, json::Writer& writer) {
  writer.Key("file").BeginObject().Field("path", file.path).Field("sha256", file.sha256);
  writer.EndObject();
}

}  // namespace

std::string_view ActionName(Action action) {
  switch (action) {
    case Action::kKillProcess:
      return "kill_process";
    case Action::kQuarantineFile:
      return "quarantine_file";
    case Action::kDeleteFile:
      return "delete_file";
    case Action::kIsolateAsset:
      return "quarantine_asset";
    case Action::kUnquarantineFile:
      return "unquarantine_file";
    case Action::kReleaseAsset:
      return "release_asset";
  }
  return "unknown";
}

std::string_view ModeName(Mode mode) {
  return mode == Mode::kEnforce ? std::string_view("enforce") : std::string_view("dry_run");
}

std::string DescribeTarget(const Command& command) {
  if (command.process) {
    const ProcessTarget& process = *command.process;
    std::string text = process.image.empty() ? std::string("process") : process.image;
    text += " (pid " + std::to_string(process.pid) + ")";
    if (process.tree) text += " and its descendants";
    return text;
  }
  if (command.file) {
    if (command.action == Action::kKillProcess) return "processes of " + command.file->path;
    return command.file->path;
  }
  return "host " + (command.asset.name.empty() ? command.asset.id : command.asset.name);
}

std::string ToJson(const Command& command) {
  std::string out;
  json::Writer writer(out);
  writer.BeginObject();
  writer.Field("id", command.id.ToString()).Field("action", ActionName(command.action));
  writer.Key("asset").BeginObject().Field("id", command.asset.id);
  writer.Field("name", command.asset.name).Field("platform", command.asset.platform).EndObject();
  if (command.process) WriteProcess(*command.process, writer);
  if (command.file) WriteFile(*command.file, writer);
  writer.Key("rule").BeginObject().Field("id", command.rule_id.ToString());
  writer.Field("name", command.rule_name).Field("version", command.rule_version).EndObject();
  writer.Key("firing").BeginObject().Field("id", command.firing_id.ToString());
  writer.Key("event_ids").BeginArray();
  for (const std::string& id : command.event_ids) writer.String(id);
  writer.EndArray().EndObject();
  writer.Field("severity", rule::SeverityName(command.severity));
  writer.Field("mode", ModeName(command.mode));
  writer.Field("issued_at", FormatTime(command.issued_at));
  writer.Field("not_after", FormatTime(command.not_after)).EndObject();
  return out;
}

}  // namespace riposte::remediate
