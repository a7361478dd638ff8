// What a state task keeps: its windows, what it ordered, what is silent, and the store behind them.
// Taken over at the start, and kept in step with what is committed.
//
// States of definitions that no rule has any more are deleted a few with each transaction. A rule
// that begins while some of its own, from before, are left has them deleted at once: what it keeps
// then is not mixed with them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "engine/pipeline/live_rules.h"
#include "engine/pipeline/observer.h"
#include "engine/pipeline/ports.h"
#include "engine/pipeline/task_orders.h"
#include "engine/pipeline/task_suppressions.h"
#include "engine/pipeline/task_windows.h"
#include "engine/state/memory_store.h"
#include "engine/state/state_drop.h"
#include "engine/state/task_store.h"

namespace riposte::pipeline {

// One thread.
class TaskState {
 public:
  struct Options {
    TaskWindows::Options windows;
    guard::MemoryOptions orders{};
    size_t drops_max = 1'000;  // states of ended definitions, in one transaction
  };

  // `inputs`: the names of the task's input partitions. `stores` null: it is kept in memory only.
  // What is pointed to outlives it. The windows' number is the task's.
  TaskState(StateTask task, std::vector<std::string> inputs, const Options& options,
            state::Stores* stores, const Clock* clock, Observer* observer);

  // Brings all of it to where the last transaction left it. May be called again after
  // kUnavailable and kTimeout: the brokers do not answer. Reads for as long as it takes.
  Status TakeOver(const LiveRules& live);
  // Null until then.
  TaskWindows* windows() { return windows_.get(); }
  // There when the windows are. Whatever the rules say: an edit of one orders nothing again.
  TaskOrders& orders() { return *orders_; }
  // Likewise.
  TaskSuppressions& suppressions() { return *suppressions_; }
  // The same windows and spans under other rules, as far as these ask for the same. Nothing is
  // sealed.
  Status UseRules(const LiveRules& live);

  // What was done since the last call becomes part of a transaction: its records of the changelog.
  std::vector<OutRecord> Seal();
  // That transaction was committed; `changelog_next` as Committer has it.
  void OnCommitted(std::optional<int64_t> changelog_next);
  // All that is not committed is undone.
  void Undo();

 private:
  Status TakeOverFrom(state::Stores& stores, const LiveRules& live, Time now);
  Status TakeOverAnew(const Status& failure, const LiveRules& live, Time now);
  trigger::SuppressOptions SuppressOptions() const;
  void TellStart() const;
  void AppendDrops(std::vector<state::Change>& changes);
  void TellLag();

  const int32_t number_;
  const std::string name_;
  const std::unique_ptr<state::Changelog> changelog_;
  const std::vector<std::string> inputs_;
  const Options options_;
  state::MemoryStores memory_;
  state::Stores& stores_;
  const Clock& clock_;
  Observer& observer_;

  std::unique_ptr<state::TaskStore> store_;
  std::string wiped_;  // why the store that was found was
  std::unique_ptr<TaskWindows> windows_;
  std::unique_ptr<TaskOrders> orders_;
  std::unique_ptr<TaskSuppressions> suppressions_;
  state::StateDrop drop_;
  std::vector<state::Change> sealed_;  // of the transaction under way
  bool lags_ = false;
};

}  // namespace riposte::pipeline
