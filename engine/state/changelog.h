// A task's partition of the changelog, as the owner of the task reads it: read committed, while
// nobody writes it, for the former owner is fenced. connectors/ implement it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace riposte::state {

class Changelog {
 public:
  virtual ~Changelog() = default;
  struct Extent {
    int64_t first = 0;            // the first offset that may still be there
    int64_t end = 0;              // nothing at or behind it is committed
    Duration delete_retention{};  // how long a deletion stays to be read
  };
  virtual Result<Extent> Measure() = 0;
  // Calls `each` for the committed records from `from` on and before `end`, in order, until it
  // returns an error, which is then returned. Empty value: a deletion. The views live as long as
  // the call. kUnavailable, kTimeout: the brokers do not answer.
  using Each = std::function<Status(int64_t offset, std::string_view key,
                                    std::optional<std::string_view> value)>;
  virtual Status Read(int64_t from, int64_t end, const Each& each) = 0;
};

}  // namespace riposte::state
