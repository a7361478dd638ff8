// What an event, or a firing of another rule, is to one rule under one key: what goes to the task
// that owns the key, in memory or as a record of the shuffle.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "engine/trigger/kept_step.h"
#include "engine/trigger/occurrence.h"

namespace riposte::trigger {

// The places that a correlator may give itself behind each that its caller gives: an order of the
// caller's is a number below 2^40 that grows from call to call of one task, shifted by so much.
inline constexpr unsigned kOrderShift = 24;
constexpr uint64_t OrderOf(uint64_t index) { return index << kOrderShift; }

struct Contribution {
  uint32_t rule = 0;  // index in RuleSet::rules
  std::string key;    // of the group: group_key.h
  // What owns it: the task that owns this text judges the group. A function of rule and key.
  std::string route;
  // That it fits under this key, by number (rule::PartsOf), without `until`.
  StepSet parts = 0;
  bool until = false;
  // The event's time, clamped; the order is of the task that takes it (OrderOf): what comes from
  // another task gets a new one there.
  Place place;
  std::string event;  // what a firing tells of it; never looked into
  // By part of `parts` that has `distinct`, ascending; of a count of distinct values: one.
  std::vector<std::string> values;
  double number = 0;  // of a count that measures numbers
  bool operator==(const Contribution&) const = default;
};

// Times of places: the years 0 to 9999.
inline constexpr Time kPlaceTimeMin = std::chrono::sys_days(std::chrono::year(0) / 1 / 1);
inline constexpr Time kPlaceTimeMax =
    std::chrono::sys_days(std::chrono::year(10'000) / 1 / 1) - Duration(1);

// Bounds of what is read.
inline constexpr size_t kContributionKeyMax = 1024;  // bytes of a key, a route, a value
// So that what a group keeps can be stored: engine/state/segments.h.
inline constexpr size_t kContributionEventMax = 1536;
inline constexpr size_t kContributionPartsMax = 64;

// The rule's index means the same to who reads it only under the same rule set.
void Write(const Contribution& contribution, ByteWriter& out);
// What the rule set makes of it is not looked at (MatchValues::Accepts). What no Write can have
// written fails the reader; then the result is of no use.
Contribution ReadContribution(ByteReader& in);

}  // namespace riposte::trigger
