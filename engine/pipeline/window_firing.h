// From a completed trigger criterion to its firing, and to what its commands are for.
//
// A window that no event completes (a schedule, a final absence) has no process and no file to act
// on, whatever `remediate` says; isolation it may order, where it is of one asset. An event of
// which nothing was kept, as a firing of another rule may be, is told of in no way but its time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/uuid.h"
#include "engine/pipeline/decide.h"
#include "engine/trigger/occurrence.h"
#include "engine/trigger/suppress_keys.h"
#include "rules/rule/rule.h"
#include "rules/schema/profile.h"

namespace riposte::pipeline {

// So many distinct targets of a firing are acted on; the others are told.
inline constexpr size_t kTargetsMax = 20;
// Of so many events at each end of the window the ids are told.
inline constexpr size_t kToldEnds = trigger::Tally::kEnds;

struct GroupValue {
  std::string_view field, value;
};

// Views of what it was made of: the rule, the schema, the completion and the group.
struct WindowFiring {
  remediate::Firing firing;
  bool by_deadline = false;
  // That completed it. By deadline it is none, and only says from which asset: that of the group,
  // or that of all events; else its id is empty.
  remediate::Subject event;
  std::vector<remediate::Subject> targets;                   // the newest first
  remediate::Refusal no_target = remediate::Refusal::kNone;  // why there are none
  size_t targets_left_out = 0;
  std::vector<GroupValue> group;
  std::optional<double> measure;   // of `count`
  Time first_time{}, last_time{};  // of the events that are told
  // Where several tasks judge its targets, each some of them (proposal.h): which of how many these
  // are.
  uint32_t part = 1, parts = 1;
  bool cut = false;                              // event ids, or the group, are not all told
  std::optional<trigger::AlertKey> alert_key{};  // empty: its alert cannot be silent
};

// `group`: its values as they name it, in the order of the rule's fields; empty without groups. Two
// completions of one group with the same completing event, or deadline, have the same ids.
//
// Append times, which the guards judge: by deadline the firing counts as received at that moment,
// or with its newest event, if that came later.
WindowFiring FireWindow(const rule::Rule& rule, const schema::Schema& schema,
                        const trigger::Completion& completion, std::span<const std::string> group);

// The firing that `summary` is of: as the id and the asset of FireWindow, which its alert has. Of
// one by deadline the asset may be empty where the group does not tell it.
struct SummarizedFiring {
  Uuid id;
  std::string asset_id;
};
SummarizedFiring FiringOf(const rule::Rule& rule, const schema::Schema& schema,
                          const trigger::Summary& summary, std::span<const std::string> group);

// For Decide(); views of `window`.
Targets TargetsOf(const WindowFiring& window);
// What the action is about, for its record.
const remediate::Subject& TargetOf(const WindowFiring& window, const Action& action);

}  // namespace riposte::pipeline
