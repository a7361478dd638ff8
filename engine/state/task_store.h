// The store of one task from its start on: brought up to date from the changelog, then kept behind
// what is committed. One thread.
//
// Kafka has the truth. A disk that fails costs a longer start, never the work: the store then stays
// where it is, or, if it cannot be opened at all, the state is in memory only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "engine/state/changelog.h"
#include "engine/state/store.h"
#include "engine/state/takeover.h"

namespace riposte::state {

class TaskStore {
 public:
  // Of commits that the disk does not take; beyond it the store stays where it is.
  static constexpr size_t kBacklogBytesMax = 64u << 20;

  // How the start went.
  struct Start {
    Unusable unusable = Unusable::kNone;  // the store that was found was wiped for this
    std::string damaged;   // it was wiped because it was damaged; what was; empty: it was not
    int64_t replayed = 0;  // records of the changelog
  };
  // Called while the changelog is read, with the offset that was come to and the end.
  using Progress = std::function<void(int64_t at, int64_t end)>;

  // Opens the store and reads what it lacks. The former owner of the task is fenced, and the
  // committed offsets are read. `stores` and `clock` outlive it, `changelog` need not. Errors:
  // those of the changelog; kDamaged, it begins with something else than its birth.
  static Result<std::unique_ptr<TaskStore>> TakeOver(std::string_view name, Stores& stores,
                                                     Changelog& changelog, const Clock& clock,
                                                     const Progress& progress = {});

  const Start& start() const { return start_; }
  const Store& store() const { return *store_; }
  // What the next transaction has to begin with, until one with it was committed.
  const std::optional<Change>& birth() const { return birth_; }

  // A transaction with these changes is committed. `changelog_next`: the first offset behind its
  // records of the changelog; empty: it is not known.
  void OnCommitted(std::span<const Change> changes, std::optional<int64_t> changelog_next);
  // Why the store is behind; kOk: it is not.
  const Status& lag() const { return lag_; }

 private:
  TaskStore(const Clock& clock, const Uuid& birth) : clock_(clock), birth_id_(birth) {}
  void Open(std::string_view name, Stores& stores, const ChangelogFacts& facts);
  void StayInMemory(const Status& why);
  Status Replay(Changelog& changelog, const ChangelogFacts& facts, const Progress& progress);
  void Keep(std::span<const Change> changes);
  void Forget();

  const Clock& clock_;
  const Uuid birth_id_;
  std::unique_ptr<Store> store_;
  bool in_memory_ = false;    // for want of a disk
  bool disk_failed_ = false;  // while the changelog was read
  Start start_;
  std::optional<Change> birth_;
  int64_t next_ = 0;             // of the changelog, that is not in the store
  std::vector<Change> backlog_;  // committed, not in the store
  size_t backlog_bytes_ = 0;
  bool given_up_ = false;  // until the next start
  Status lag_;
};

}  // namespace riposte::state
