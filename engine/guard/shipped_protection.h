// The protected paths that ship. An operator's configuration adds to them.
#pragma once

#include <span>
#include <string_view>

#include "engine/guard/protected.h"

namespace riposte::guard {

struct ShippedPath {
  std::string_view pattern;  // PathPattern
  Strength strength = Strength::kNever;
};

// Killing one of these takes the host, its sessions, its logs or its protection down.
std::span<const ShippedPath> ShippedProcesses();
// Interpreters, shells and system tools: attackers use them, so their processes may be killed, but
// the file is the system's own.
std::span<const ShippedPath> ShippedFiles();
// The same, relative to Windows' System32 and SysWOW64.
std::span<const std::string_view> ShippedWindowsSystemFiles();

}  // namespace riposte::guard
