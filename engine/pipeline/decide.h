// From a firing to what is ordered: its proposals, and what the guards say to each.
//
// Of several events, expiry judges the one that the target is from: what is told of a process three
// hours ago does not become true again by an event that completes a window now. Arming judges the
// oldest append time of all that the firing tells, so that nothing from before counts for an order.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/guard/guard.h"
#include "engine/guard/order_memory.h"
#include "engine/remediate/resolve.h"
#include "rules/rule/rule.h"

namespace riposte::pipeline {

// What became of one proposed action. Bounded: a metric label and a field of alert and audit.
enum class Outcome : uint8_t { kOrdered, kDryRun, kHeld, kDenied, kRefused };
std::string_view OutcomeName(Outcome outcome);  // "ordered", "dry_run", "held", "denied", "refused"

struct Action {
  remediate::Proposal proposal;
  Outcome outcome = Outcome::kRefused;
  // Of the guards; the deciding one last; empty for a refusal. Behind what allows an order that is
  // not remembered as it should be it says so: guard "order_memory".
  std::vector<guard::Decision> trail;
  std::string command_json;  // the command's payload; empty for a refusal

  // Why it is not ordered: of the deciding guard, or the refusal. Empty for kOrdered.
  std::string_view guard() const;
  std::string_view reason() const;
  std::string_view detail() const;
};

struct Decided {
  remediate::Firing firing;
  std::vector<Action> actions;
};

// What the commands of a firing are for: the events that are remediated. Views.
struct Targets {
  std::span<const remediate::Subject> subjects;
  remediate::Refusal none_because = remediate::Refusal::kNone;  // where there are none
};

// What decides besides the firing.
struct Circumstances {
  const guard::Chain* guards = nullptr;
  const guard::Enforcement* enforcement = nullptr;
  const guard::ArmingView* arming = nullptr;
  remediate::TimeToLive ttl;
  size_t command_bytes_max =
      1'000'000;  // a larger one is denied: guard "size", reason "command_too_large"
  Time now{};
  // What was ordered before, to which Decide() adds what it orders. Null: that is not known, as
  // where nothing is sent; then nothing is a duplicate.
  guard::OrderMemory* orders = nullptr;
};

// All kills before all quarantines; one command for what is the same target of the same action, one
// refusal for the same reason, that of the first. Proposal::target counts in `targets`.
Decided Decide(remediate::Firing firing, const Targets& targets,
               const Circumstances& circumstances);

// By what `suppress` tells apart what a firing of `rule` would order commands for.
std::vector<std::string> TargetKeys(const rule::Rule& rule,
                                    std::span<const remediate::Subject> targets);

// With the trigger `single_match` each match is a firing, and its event the target.
Decided Decide(const rule::Rule& rule, const remediate::Subject& event,
               const Circumstances& circumstances);

}  // namespace riposte::pipeline
