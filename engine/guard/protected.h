// What no automatic command may touch: processes that a host cannot live without, system images,
// interpreters and shells as files, the agents themselves, and the assets that the operator names.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/guard/guard.h"
#include "rules/protection/shipped.h"

namespace riposte::guard {

using protection::PathPattern;
using protection::ProtectedPath;
using protection::Strength;

struct ProtectedList {
  std::vector<ProtectedPath> processes;  // images whose processes are not killed
  std::vector<ProtectedPath> files;      // not quarantined and not deleted; `processes` are neither
  std::vector<std::string> assets;       // ids or names, case ignored: no action at all

  // The lists that ship, for Windows, Linux and macOS (rules/protection/shipped.h).
  static ProtectedList Shipped();
};

// Deny: "protected_asset"; "protected_process", also for pid 0, 1 and 4; "unknown_image" for a kill
// of a process whose full path is not known, which therefore cannot be judged; "protected_file",
// where a kill of the same firing may still proceed.
class Protected final : public Guard {
 public:
  explicit Protected(ProtectedList list);
  std::string_view name() const override { return "protected"; }
  Decision Judge(const remediate::Command& command, const Context& context) const override;

 private:
  Decision JudgeKill(const remediate::Command& command) const;
  Decision JudgeFile(const remediate::Command& command) const;
  bool IsProtectedAsset(const remediate::Asset& asset) const;
  Decision Allow() const;
  Decision Deny(std::string_view reason, std::string detail) const;

  ProtectedList list_;
};

}  // namespace riposte::guard
