// Which record a thread works on, known to a crash handler that runs on the same thread. Plain
// stores: no lock, no allocation, no system call.
#pragma once

#include <atomic>
#include <cstdint>

#include "engine/pipeline/ports.h"

namespace riposte::pipeline {

// Of one thread.
struct RecordSlot {
  std::atomic<const PartitionId*> partition{nullptr};
  std::atomic<int64_t> offset{0};
  static_assert(std::atomic<const PartitionId*>::is_always_lock_free &&
                std::atomic<int64_t>::is_always_lock_free);
};

class RecordAtHand {
 public:
  // The calling thread begins with the record. `partition` stays as it is until Leave(). What is
  // done for the record must not leave by an exception that somebody catches: without Leave() the
  // thread counts as still working on it, which is what is wanted where nobody catches it and the
  // process ends.
  static void Enter(const PartitionId& partition, int64_t offset) {
    RecordSlot& slot = slot_;
    slot.offset.store(offset, std::memory_order_relaxed);
    // The handler runs on this thread: only the compiler could reorder what it sees.
    std::atomic_signal_fence(std::memory_order_release);
    slot.partition.store(&partition, std::memory_order_relaxed);
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }
  static void Leave() {
    std::atomic_signal_fence(std::memory_order_seq_cst);
    slot_.partition.store(nullptr, std::memory_order_relaxed);
  }

  // Async-signal-safe. The partition is null while the calling thread works on no record.
  struct Position {
    const PartitionId* partition = nullptr;
    int64_t offset = 0;
  };
  static Position Read() {
    return {.partition = slot_.partition.load(std::memory_order_relaxed),
            .offset = slot_.offset.load(std::memory_order_relaxed)};
  }

 private:
  // Initialised before the thread begins, so that reading it in a handler runs no code.
  static inline constinit thread_local RecordSlot slot_;
};

}  // namespace riposte::pipeline
