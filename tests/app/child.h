// A child process that is expected to crash.
#pragma once

#include <functional>
#include <string>

namespace riposte::test {

struct ChildEnd {
  int signal = 0;   // that ended it; 0: none
  int exit = -1;    // else its exit code
  std::string err;  // what it wrote to stderr
};

// Forks, runs `body` in the child, which exits with 0 behind it, and waits. No core is dumped. The
// caller has one thread. `meanwhile` runs in the parent, with the child's process id, once the
// child has written something to stderr.
ChildEnd RunChild(const std::function<void()>& body,
                  const std::function<void(int)>& meanwhile = {});

}  // namespace riposte::test
