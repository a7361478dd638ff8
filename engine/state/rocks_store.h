// Stores on disk, one RocksDB a task (only here and in rocks_store.cc is RocksDB): each has its own
// log and is wiped, copied or lost alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "engine/state/store.h"

namespace riposte::state {

// The folder of the tasks' stores, and the memory that they share. A store's folder has its name;
// of one that is too long for a folder, the begin and a hash of all of it.
class RocksStores final : public Stores {
 public:
  // Of the mark: a store of another one is of another version's.
  static constexpr uint64_t kFormat = 1;

  struct Options {
    std::string directory;
    size_t block_cache_bytes = 64u << 20;   // of all stores together
    size_t write_buffer_bytes = 64u << 20;  // likewise
    // What a single busy store may take of these: the larger its files are, the less often what it
    // has is rewritten.
    size_t store_write_buffer_bytes = 32u << 20;
    // A store whose disk failed is opened anew no sooner than so long after the last attempt.
    Duration reopen_wait = std::chrono::seconds(5);
  };
  explicit RocksStores(Options options);
  ~RocksStores() override;

  Result<Opened> Open(std::string_view name) override;
  // Reads it without changing it, for inspection, also while an engine has it open. kNotFound: it
  // is not there; kDamaged; kIo.
  Result<std::unique_ptr<Store>> OpenReadOnly(std::string_view name);
  Status Wipe(std::string_view name) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace riposte::state
