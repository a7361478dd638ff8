#include "engine/guard/enforcement.h"

#include <cerrno>

#include <sys/stat.h>

#include "base/json.h"

namespace riposte::guard {
namespace {

Enforcement Disabled(std::string because) {
  return {.enabled = false, .disabled_because = std::move(because)};
}

// What the control record says against enforcement; empty if nothing.
std::string ObjectionOf(const pipeline::ControlRecord& record) {
  const Result<json::Value> value = json::Parse(record.value);
  if (!value.ok()) return "the control record 'enforcement' cannot be read";
  const std::string_view state = value->StringOr("state", "");
  if (state == "on") return {};
  if (state != "off") return "the control record 'enforcement' says neither on nor off";
  std::string text = "stopped by " + std::string(value->StringOr("by", "an operator"));
  const std::string_view comment = value->StringOr("comment", "");
  if (!comment.empty()) text += ": " + std::string(comment);
  return text;
}

}  // namespace

Enforcement JudgeEnforcement(bool enabled_by_configuration, bool kill_file_exists,
                             const pipeline::Control::Snapshot& control) {
  if (!enabled_by_configuration) return Disabled("the configuration does not enable enforcement");
  if (kill_file_exists) return Disabled("the kill file exists");
  if (!control.complete) return Disabled("the control records are not read to their end yet");
  const pipeline::ControlRecord* record = control.Find(kEnforcementKey);
  if (record != nullptr) {
    std::string objection = ObjectionOf(*record);
    if (!objection.empty()) return Disabled(std::move(objection));
  }
  return {.enabled = true, .disabled_because = {}};
}

bool KillFileExists(const std::string& path) {
  if (path.empty()) return false;
  struct stat ignored {};
  return lstat(path.c_str(), &ignored) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

pipeline::ControlRecord EnforcementRecord(bool on, std::string_view by, std::string_view comment,
                                          Time now) {
  pipeline::ControlRecord record;
  record.key = kEnforcementKey;
  json::Writer writer(record.value);
  writer.BeginObject().Field("state", on ? "on" : "off").Field("by", by);
  writer.Field("comment", comment).Field("time", FormatTime(now)).EndObject();
  record.append_time = now;
  return record;
}

}  // namespace riposte::guard
