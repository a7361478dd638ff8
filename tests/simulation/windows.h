// The windows of the reference: one naive count for each rule and group, fed match by match in the
// order of the group's partition. As all events of a group are in one partition, what fires follows
// from that order alone, whichever task counts them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/rule/rule.h"
#include "tests/engine/trigger/naive_count.h"

namespace riposte::sim {

class ExpectedWindows {
 public:
  explicit ExpectedWindows(Duration allowed_lateness) : lateness_(allowed_lateness) {}

  // The record at `offset` of the group's partition matched the rule, whose trigger is a count.
  struct Match {
    uint32_t rule = 0;
    std::string group;
    Time time{};  // clamped
    int64_t offset = 0;
    std::string value;  // that is counted, if values are
    bool has_value = true;
  };
  // The offsets of the records that completed a window, in the order of the firings.
  std::vector<int64_t> Take(const rule::Count& count, const Match& match);

 private:
  // Events of a group are never so many.
  static constexpr size_t kKeptMax = 10'000;

  const Duration lateness_;
  std::map<std::pair<uint32_t, std::string>, trigger::NaiveCount> groups_;
};

}  // namespace riposte::sim
