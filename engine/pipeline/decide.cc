#include "engine/pipeline/decide.h"

#include <algorithm>
#include <utility>

namespace riposte::pipeline {
namespace {

Outcome OutcomeOf(guard::Verdict verdict) {
  switch (verdict) {
    case guard::Verdict::kAllow:
      return Outcome::kOrdered;
    case guard::Verdict::kDryRun:
      return Outcome::kDryRun;
    case guard::Verdict::kHold:
      return Outcome::kHeld;
    case guard::Verdict::kDeny:
      return Outcome::kDenied;
  }
  return Outcome::kDenied;
}

// Whether there is an action for the same target, or a refusal for the same reason: the id of a
// command is that of its action and target.
bool IsThere(const remediate::Proposal& proposal, const std::vector<Action>& actions) {
  return std::ranges::any_of(actions, [&](const Action& action) {
    const remediate::Proposal& other = action.proposal;
    if (other.action != proposal.action || other.refusal != proposal.refusal) return false;
    return !proposal.command || other.command->id == proposal.command->id;
  });
}

guard::Context ContextOf(const rule::Rule& rule, const remediate::Subject& target,
                         const Circumstances& circumstances) {
  return {.now = circumstances.now,
          .enforcement = circumstances.enforcement,
          .arming = circumstances.arming,
          .rule = &rule,
          .event_asset_id = target.asset.id,
          .event_type = target.type,
          .orders = circumstances.orders};
}

// What is not remembered is ordered all the same: a flood must not switch protection off.
void Remember(const Circumstances& circumstances, Action& action) {
  if (circumstances.orders == nullptr) return;
  const guard::Remembered remembered =
      circumstances.orders->Remember(*action.proposal.command, circumstances.now);
  if (remembered == guard::Remembered::kYes) return;
  action.trail.push_back({.verdict = guard::Verdict::kAllow,
                          .guard = "order_memory",
                          .reason = guard::RememberedName(remembered),
                          .detail = std::string(guard::RememberedSentence(remembered))});
}

Action Judge(remediate::Proposal proposal, const guard::Context& context,
             const Circumstances& circumstances) {
  Action action;
  action.proposal = std::move(proposal);
  if (!action.proposal.command) return action;
  remediate::Command& command = *action.proposal.command;
  const guard::Decision decision = circumstances.guards->Judge(command, context, action.trail);
  action.outcome = OutcomeOf(decision.verdict);
  if (action.outcome != Outcome::kOrdered) command.mode = remediate::Mode::kDryRun;
  action.command_json = remediate::ToJson(command);
  if (action.command_json.size() > circumstances.command_bytes_max) {
    // Publishing it would abort the transaction, and the next one, for ever.
    action.trail.push_back(
        {.verdict = guard::Verdict::kDeny,
         .guard = "size",
         .reason = "command_too_large",
         .detail = "the command has " + std::to_string(action.command_json.size()) + " bytes"});
    action.outcome = Outcome::kDenied;
    action.command_json.clear();
  }
  if (action.outcome == Outcome::kOrdered) Remember(circumstances, action);
  return action;
}

void DecideOne(remediate::Action kind, size_t index, const remediate::Subject& target,
               const Circumstances& circumstances, Decided& decided) {
  remediate::Proposal proposal =
      remediate::Propose(kind, decided.firing, target, circumstances.ttl, circumstances.now);
  proposal.target = index;
  if (IsThere(proposal, decided.actions)) return;
  const guard::Context context = ContextOf(*decided.firing.rule, target, circumstances);
  decided.actions.push_back(Judge(std::move(proposal), context, circumstances));
}

}  // namespace

std::string_view OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kOrdered:
      return "ordered";
    case Outcome::kDryRun:
      return "dry_run";
    case Outcome::kHeld:
      return "held";
    case Outcome::kDenied:
      return "denied";
    case Outcome::kRefused:
      return "refused";
  }
  return "unknown";
}

std::string_view Action::guard() const {
  if (outcome == Outcome::kOrdered || trail.empty()) return {};
  return trail.back().guard;
}

std::string_view Action::reason() const {
  if (outcome == Outcome::kRefused) return remediate::RefusalName(proposal.refusal);
  return outcome == Outcome::kOrdered ? std::string_view() : trail.back().reason;
}

std::string_view Action::detail() const {
  if (outcome == Outcome::kRefused) return remediate::RefusalSentence(proposal.refusal);
  return outcome == Outcome::kOrdered ? std::string_view() : std::string_view(trail.back().detail);
}

Decided Decide(remediate::Firing firing, const Targets& targets,
               const Circumstances& circumstances) {
  Decided decided;
  decided.firing = std::move(firing);
  for (const remediate::Action kind : remediate::ActionsOf(*decided.firing.rule)) {
    if (targets.subjects.empty())
      decided.actions.emplace_back().proposal = {
          .action = kind, .command = {}, .refusal = targets.none_because};
    for (size_t i = 0; i < targets.subjects.size(); ++i)
      DecideOne(kind, i, targets.subjects[i], circumstances, decided);
  }
  return decided;
}

std::vector<std::string> TargetKeys(const rule::Rule& rule,
                                    std::span<const remediate::Subject> targets) {
  std::vector<std::string> keys;
  for (const remediate::Subject& target : targets)
    if (std::string key = remediate::TargetKey(rule, target); !key.empty())
      keys.push_back(std::move(key));
  return keys;
}

Decided Decide(const rule::Rule& rule, const remediate::Subject& event,
               const Circumstances& circumstances) {
  return Decide(remediate::MakeFiring(rule, event), {.subjects = std::span(&event, 1)},
                circumstances);
}

}  // namespace riposte::pipeline
