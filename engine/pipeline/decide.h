// From a matching rule to what is ordered: the firing, its proposals, and what the guards say to
// each.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/event/event.h"
#include "engine/guard/guard.h"
#include "engine/remediate/resolve.h"
#include "rules/rule/rule.h"

namespace riposte::pipeline {

// What became of one proposed action. Bounded: a metric label and a field of alert and audit.
enum class Outcome : uint8_t { kOrdered, kDryRun, kHeld, kDenied, kRefused };
std::string_view OutcomeName(Outcome outcome);  // "ordered", "dry_run", "held", "denied", "refused"

struct Action {
  remediate::Proposal proposal;
  Outcome outcome = Outcome::kRefused;
  std::vector<guard::Decision> trail;  // of the guards; the deciding one last; empty for a refusal
  std::string command_json;            // the command's payload; empty for a refusal

  // Why it is not ordered: of the deciding guard, or the refusal. Empty for kOrdered.
  std::string_view guard() const;
  std::string_view reason() const;
  std::string_view detail() const;
};

struct Decided {
  remediate::Firing firing;
  std::vector<Action> actions;
};

// What decides besides the rule and the event.
struct Circumstances {
  const guard::Chain* guards = nullptr;
  const guard::Enforcement* enforcement = nullptr;
  const guard::ArmingView* arming = nullptr;
  remediate::TimeToLive ttl;
  size_t command_bytes_max =
      1'000'000;  // a larger one is denied: guard "size", reason "command_too_large"
  Time now{};
};

Decided Decide(const rule::Rule& rule, const event::Event& event, const remediate::Origin& origin,
               const Circumstances& circumstances);

}  // namespace riposte::pipeline
