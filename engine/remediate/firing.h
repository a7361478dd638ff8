// A rule's trigger criterion was met: what the firing is, and its id.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "base/uuid.h"
#include "engine/remediate/subject.h"
#include "rules/rule/rule.h"

namespace riposte::remediate {

// Ids are UUIDv5 (ids.h), so the same committed order gives the same ones.
struct Firing {
  Uuid id;
  const rule::Rule* rule = nullptr;
  std::string trigger_key;             // ids.h
  std::vector<std::string> event_ids;  // of the events that are told, as far as they have one
  Time event_time{};                   // of the completing event; without one that moment
  Time append_time{};                  // of the completing event; without one as it is given
  Time oldest_append_time{};           // of the events that are told
  int64_t matches = 1;                 // of them all
};

// Completed by `event`: of a single match all that there is; a window's other events, and how many
// there were, are the caller's to tell. `group`: of a window its group's values, as they name it.
// In the id is the asset of the event.
Firing MakeFiring(const rule::Rule& rule, const Subject& event,
                  std::span<const std::string> group = {});

// Completed by no event, but because `time` was over. `asset_id`: the value of the group that is
// the asset's; empty if none is. Both append times are `time`, for the caller to change.
Firing MakeFiringAtDeadline(const rule::Rule& rule, std::string_view asset_id,
                            std::span<const std::string> group, Time time);

}  // namespace riposte::remediate
