// What a state task remembers of its orders, through transactions, aborts and takeovers: the memory
// (guard::OrderMemory), its records of the changelog, and what brings it back from the store.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "engine/guard/order_memory.h"
#include "engine/state/store.h"

namespace riposte::pipeline {

// One thread.
class TaskOrders {
 public:
  // What the store had.
  struct Restored {
    size_t assets = 0;
    size_t refused = 0;  // no states of an asset, or beyond the bound
  };

  // Goes on where `store`, which need not outlive it, says that the task was. kDamaged: it is.
  static Result<std::unique_ptr<TaskOrders>> Make(const state::Store& store,
                                                  const guard::MemoryOptions& options);

  const Restored& restored() const { return restored_; }

  // For Circumstances::orders, and for the agents' reports.
  guard::OrderMemory& memory() { return memory_; }
  // Forgets what counts no more. `now` is wall time.
  void OnTime(Time now) { memory_.Forget(now); }

  // What was done since the last call becomes part of a transaction: the changes of the changelog
  // that it needs, and of the store once it is committed. Two may be sealed or open, no more.
  std::vector<state::Change> Seal();
  void OnCommitted();  // the oldest that is sealed
  void Undo();         // all that is not committed: the newest first

 private:
  explicit TaskOrders(const guard::MemoryOptions& options) : memory_(options) {}
  Status Restore(const state::Store& store);

  void Begin();

  guard::OrderMemory memory_;
  size_t open_batches_ = 0;
  Restored restored_;
};

}  // namespace riposte::pipeline
