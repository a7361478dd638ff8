#include "engine/guard/protected.h"

#include <algorithm>

#include "base/unicode.h"
#include "rules/protection/shipped.h"

namespace riposte::guard {
namespace {

const ProtectedPath* FindMatch(const std::vector<ProtectedPath>& list,
                               std::string_view normalised) {
  for (const ProtectedPath& entry : list)
    if (entry.pattern.Matches(normalised)) return &entry;
  return nullptr;
}

std::string Describe(std::string_view path, const ProtectedPath& entry) {
  std::string text = "'" + std::string(path) + "' is protected by '" + entry.pattern.text() + "'";
  if (entry.strength == Strength::kFourEyes) text += " (needs an approval by two people)";
  return text;
}

// No process with these ids is an ordinary one: idle, init and launchd, Windows' System.
bool IsSystemPid(int64_t pid) { return pid == 0 || pid == 1 || pid == 4; }

}  // namespace

ProtectedList ProtectedList::Shipped() {
  return {.processes = protection::ShippedProcesses(),
          .files = protection::ShippedFiles(),
          .assets = {}};
}

Protected::Protected(ProtectedList list) : list_(std::move(list)) {
  for (std::string& asset : list_.assets) asset = unicode::Fold(asset);
}

Decision Protected::Judge(const remediate::Command& command, const Context&) const {
  if (IsProtectedAsset(command.asset))
    return Deny("protected_asset", "the asset is on the list of protected assets");
  switch (command.action) {
    case remediate::Action::kKillProcess:
      return JudgeKill(command);
    case remediate::Action::kQuarantineFile:
    case remediate::Action::kDeleteFile:
      return JudgeFile(command);
    case remediate::Action::kIsolateAsset:
    case remediate::Action::kUnquarantineFile:
    case remediate::Action::kReleaseAsset:
      return Allow();
  }
  return Allow();
}

Decision Protected::JudgeKill(const remediate::Command& command) const {
  if (command.process && IsSystemPid(command.process->pid))
    return Deny("protected_process",
                "pid " + std::to_string(command.process->pid) + " is the system's own");
  std::string_view image;
  if (command.process) image = command.process->image;
  if (command.file) image = command.file->path;
  const std::string normalised = protection::NormalisePath(image);
  if (normalised.empty())
    return Deny("unknown_image", "the full path of the process's image is not known");
  if (const ProtectedPath* entry = FindMatch(list_.processes, normalised))
    return Deny("protected_process", Describe(image, *entry));
  return Allow();
}

Decision Protected::JudgeFile(const remediate::Command& command) const {
  const std::string_view path = command.file ? std::string_view(command.file->path) : "";
  const std::string normalised = protection::NormalisePath(path);
  if (normalised.empty()) return Deny("protected_file", "the full path of the file is not known");
  if (const ProtectedPath* entry = FindMatch(list_.files, normalised))
    return Deny("protected_file", Describe(path, *entry));
  if (const ProtectedPath* entry = FindMatch(list_.processes, normalised))
    return Deny("protected_file", Describe(path, *entry));
  return Allow();
}

bool Protected::IsProtectedAsset(const remediate::Asset& asset) const {
  const std::string id = unicode::Fold(asset.id), name = unicode::Fold(asset.name);
  return std::any_of(list_.assets.begin(), list_.assets.end(), [&](const std::string& entry) {
    return entry == id || (!name.empty() && entry == name);
  });
}

Decision Protected::Allow() const {
  return {.verdict = Verdict::kAllow, .guard = name(), .reason = {}, .detail = {}};
}

Decision Protected::Deny(std::string_view reason, std::string detail) const {
  return {
      .verdict = Verdict::kDeny, .guard = name(), .reason = reason, .detail = std::move(detail)};
}

}  // namespace riposte::guard
