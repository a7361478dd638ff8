// The protected paths that ship, for Windows, Linux and macOS. An operator's configuration adds to
// them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "rules/protection/path_pattern.h"

namespace riposte::protection {

// kFourEyes acts as kNever until approvals exist.
enum class Strength : uint8_t { kNever, kFourEyes };

struct ProtectedPath {
  PathPattern pattern;
  Strength strength = Strength::kNever;
};

// Images whose processes are not killed: without one of these the host, its sessions, its logs or
// its protection go down.
std::vector<ProtectedPath> ShippedProcesses();
// Interpreters, shells and system tools: attackers use them, so their processes may be killed, but
// the file is the system's own.
std::vector<ProtectedPath> ShippedFiles();

}  // namespace riposte::protection
