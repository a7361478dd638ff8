#include "engine/pipeline/decide.h"

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
  return action;
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

Decided Decide(const rule::Rule& rule, const event::Event& event, const remediate::Origin& origin,
               const Circumstances& circumstances) {
  Decided decided;
  decided.firing = remediate::MakeFiring(rule, event, origin);
  const guard::Context context{.now = circumstances.now,
                               .enforcement = circumstances.enforcement,
                               .arming = circumstances.arming,
                               .rule = &rule,
                               .event_asset_id = event.TextOf(schema::Role::kAssetId)};
  for (remediate::Proposal& proposal :
       remediate::Propose(decided.firing, event, circumstances.ttl, circumstances.now))
    decided.actions.push_back(Judge(std::move(proposal), context, circumstances));
  return decided;
}

}  // namespace riposte::pipeline
