// Invariants of ours, checked in release builds too: a process that crashes and recovers from the
// log is better than one that goes on with a broken invariant. Never for input, configuration or
// the environment.
#pragma once

#include <string_view>

namespace riposte {

// Prints the place, the condition and the message to stderr, then aborts.
[[noreturn]] void CheckFailed(const char* file, int line, const char* condition,
                              std::string_view message);

}  // namespace riposte

#define RIPOSTE_CHECK(condition, message)                                \
  do {                                                                   \
    if (!(condition)) [[unlikely]]                                       \
      ::riposte::CheckFailed(__FILE__, __LINE__, #condition, (message)); \
  } while (false)
