// A stack of its own for the signal handlers of one thread: where the thread's stack has
// overflowed, there is none left for them.
#pragma once

#include <cstddef>

#include <signal.h>

namespace riposte {

// Handlers installed with SA_ONSTACK run on it while it lives, on the thread that made it; that
// thread also ends it. Where the system gives no memory for it, all stays as it was.
class SignalStack {
 public:
  SignalStack();
  ~SignalStack();  // the one before is back
  SignalStack(const SignalStack&) = delete;
  SignalStack& operator=(const SignalStack&) = delete;

 private:
  void* memory_ = nullptr;
  size_t bytes_ = 0;
  stack_t before_{};
};

}  // namespace riposte
