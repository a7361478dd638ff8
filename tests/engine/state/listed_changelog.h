// A partition of the changelog with what transactions leave: records, and offsets that are none.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/state/changelog.h"
#include "engine/state/store.h"

namespace riposte::state {

class ListedChangelog final : public Changelog {
 public:
  Result<Extent> Measure() override {
    if (!failure.ok()) return failure;
    return Extent{.first = first, .end = end, .delete_retention = std::chrono::hours(24)};
  }
  Status Read(int64_t from, int64_t until, const Each& each) override {
    ++reads;
    for (const auto& [offset, change] : records) {
      if (offset < from || offset >= until) continue;
      const std::optional<std::string_view> value =
          change.value ? std::optional<std::string_view>(*change.value) : std::nullopt;
      RIPOSTE_TRY(each(offset, change.key, value));
    }
    return Status::Ok();
  }
  // Commits; the first offset behind the records.
  int64_t Append(const std::vector<Change>& changes) {
    for (const Change& change : changes) records.emplace(end++, change);
    return std::exchange(end, end + 1);  // a marker
  }
  // Only the last record of each key stays.
  void Compact() {
    std::map<std::string, int64_t> last;
    for (const auto& [offset, change] : records) last[change.key] = offset;
    std::erase_if(records,
                  [&last](const auto& record) { return last[record.second.key] != record.first; });
  }

  std::map<int64_t, Change> records;
  int64_t first = 0, end = 0;
  int reads = 0;
  Status failure;
};

}  // namespace riposte::state
