#include "base/signal_stack.h"

#include <algorithm>

#include <sys/mman.h>
#include <unistd.h>

namespace riposte {
namespace {

constexpr size_t kBytes = 64u << 10;

// The processor's registers are saved on it, too, and how large those are is known at run time
// only.
size_t BytesWanted() {
  const long least = sysconf(_SC_MINSIGSTKSZ);
  return kBytes + static_cast<size_t>(std::max(0L, least));
}

}  // namespace

SignalStack::SignalStack() {
  const size_t bytes = BytesWanted();
  void* const memory =
      mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (memory == MAP_FAILED) return;
  stack_t stack{};
  stack.ss_sp = memory;
  stack.ss_size = bytes;
  if (sigaltstack(&stack, &before_) != 0) {
    munmap(memory, bytes);
    return;
  }
  memory_ = memory;
  bytes_ = bytes;
}

SignalStack::~SignalStack() {
  if (memory_ == nullptr) return;
  sigaltstack(&before_, nullptr);
  munmap(memory_, bytes_);
}

}  // namespace riposte
