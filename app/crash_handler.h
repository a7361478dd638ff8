// Says on which record the process crashed, before it does.
#pragma once

#include <array>

#include <signal.h>

#include "base/signal_stack.h"

namespace riposte::app {

// While it lives, SIGABRT, SIGSEGV, SIGBUS and SIGFPE of a thread that works on a record
// (engine/pipeline/record_at_hand.h) append a line (app/crash_line.h) to `file`, durably, and tell
// stderr; of any other thread they tell stderr only. A signal that another process sent is no fault
// of a record. Then the process ends as it would have without this: same signal, same core dump.
//
// One at a time. Make it before the threads, and on the main thread, whose overflowing stack is
// then seen, too; workers see to theirs.
class CrashHandler {
 public:
  // `file`: a descriptor to append to, which outlives it; -1: there is none, and stderr says so.
  explicit CrashHandler(int file);
  ~CrashHandler();  // as it was before
  CrashHandler(const CrashHandler&) = delete;
  CrashHandler& operator=(const CrashHandler&) = delete;

 private:
  const SignalStack stack_;
  std::array<struct sigaction, 4> before_{};
};

}  // namespace riposte::app
