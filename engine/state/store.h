// The state of one task on this machine: a mirror of the task's partition of the changelog, record
// by record, so that what both hold can be compared byte by byte. Kafka holds the truth; a store
// may lag it, never lead it, and may be wiped at any time at the cost of a longer restore.
//
// The record keys are those of state_key.h. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"

namespace riposte::state {

// The last value of one key in a transaction.
struct Change {
  std::string key;
  std::optional<std::string> value;  // empty: deleted
  bool operator==(const Change&) const = default;
};

// How far a store is: written in one batch with the changes that it is about. The offsets of the
// inputs are no part of it: those that are committed in Kafka hold.
struct Mark {
  Uuid changelog_birth;        // tells the changelog from one of the same name made anew
  int64_t changelog_next = 0;  // first offset of the changelog that is not in the store
  Time written_at{};           // by the wall clock
  bool operator==(const Mark&) const = default;
};

// Errors: kIo, the disk does not let us now (full, gone); kDamaged, the store has to be wiped.
class Store {
 public:
  virtual ~Store() = default;
  // Empty: nothing was ever applied.
  virtual std::optional<Mark> mark() const = 0;
  // Empty: not there.
  virtual Result<std::optional<std::string>> Get(std::string_view key) const = 0;
  // All of it or nothing, also through a crash. Of two changes with the same key the later holds.
  virtual Status Apply(std::span<const Change> changes, const Mark& mark) = 0;
  // Calls `each` with what has `prefix`, ascending by key, until it returns false.
  using Each = std::function<bool(std::string_view key, std::string_view value)>;
  virtual Status Scan(std::string_view prefix, const Each& each) const = 0;
};

// Where the tasks of a process have their stores. Outlives them. Safe to use from any thread.
class Stores {
 public:
  virtual ~Stores() = default;
  // Opens the store of that name, which is made if it is not there. A damaged one, or one of
  // another version's format, is wiped and made anew, and `wiped` says why. kIo: the disk does not
  // let us.
  struct Opened {
    std::unique_ptr<Store> store;
    std::string wiped{};  // empty: it was not
  };
  virtual Result<Opened> Open(std::string_view name) = 0;
  // Removes all of it. It must not be open.
  virtual Status Wipe(std::string_view name) = 0;
};

}  // namespace riposte::state
