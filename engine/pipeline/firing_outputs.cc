#include "engine/pipeline/firing_outputs.h"

#include <algorithm>
#include <utility>

#include "engine/pipeline/window_records.h"

namespace riposte::pipeline {
namespace {

// What orders nothing is told where it fires, unless its owner knows whether it is silent.
bool GoesToOwner(const rule::Rule& rule) {
  return rule.suppress || (rule.remediation && rule.remediation->mode != rule::AutoMode::kOff);
}

bool Enforces(const rule::Rule& rule) {
  return rule.remediation && rule.remediation->mode == rule::AutoMode::kEnforce;
}

// What the firing would order commands for, and what it orders: no order is silent, though it is
// not the first for its target.
std::vector<std::string> TargetsToldApart(const WindowFiring& fired, const Decided& decided) {
  std::vector<std::string> told = TargetKeys(*fired.firing.rule, fired.targets);
  for (const Action& action : decided.actions)
    if (action.outcome == Outcome::kOrdered) told.push_back(action.proposal.command->id.ToString());
  return told;
}

}  // namespace

void FiringOutputs::Put(const rule::Rule& rule, const remediate::Subject& event, Evidence evidence,
                        std::optional<trigger::AlertKey> alert_key) {
  if (IsOthers(rule, event.asset.id)) {
    const Proposal proposal = ProposeMatch(rule, event, std::move(evidence), std::move(alert_key));
    open_.CountFiring(proposal.fired.firing);
    Propose(owners_.sender->OwnerOfAsset(event.asset.id), proposal);
    return;
  }
  Proposal proposal{.fired = {}, .is_single_match = true, .evidence = std::move(evidence)};
  WindowFiring& fired = proposal.fired;
  fired.firing = remediate::MakeFiring(rule, event);
  fired.event = event;
  fired.targets = {event};
  fired.alert_key = std::move(alert_key);
  open_.CountFiring(fired.firing);
  Judge(proposal);
}

void FiringOutputs::Put(const WindowFiring& window) {
  open_.CountFiring(window.firing);
  if (owners_.sender == nullptr || !GoesToOwner(*window.firing.rule)) {
    Judge({.fired = window});
    return;
  }
  const int32_t own = owners_.sender->own();
  const OwnerOfAsset owner_of = [this](std::string_view asset_id) {
    return owners_.sender->OwnerOfAsset(asset_id);
  };
  for (Share& share : SplitByOwner(window, own, owner_of)) {
    const Proposal proposal{.fired = std::move(share.fired)};
    if (share.owner == own) {
      Judge(proposal);
    } else {
      Propose(share.owner, proposal);
    }
  }
}

bool FiringOutputs::PutProposal(const Proposal& proposal) {
  const auto is_own = [&](const remediate::Subject& target) {
    return !target.asset.id.empty() && owners_.sender != nullptr &&
           owners_.sender->OwnerOfAsset(target.asset.id) == owners_.sender->own();
  };
  const WindowFiring& fired = proposal.fired;
  if (!(fired.targets.empty() ? is_own(fired.event) : std::ranges::all_of(fired.targets, is_own)))
    return false;
  open_.Begin(now());
  ++open_.counts().shuffle.proposals_taken;
  Judge(proposal);
  return true;
}

// What comes from no asset is decided by who has it: no order can come of it.
bool FiringOutputs::IsOthers(const rule::Rule& rule, std::string_view asset_id) const {
  return owners_.sender != nullptr && GoesToOwner(rule) && !asset_id.empty() &&
         owners_.sender->OwnerOfAsset(asset_id) != owners_.sender->own();
}

// What cannot be told is alerted here, and nothing is ordered: only the owner knows what was.
void FiringOutputs::Propose(int32_t owner, const Proposal& proposal) {
  if (owners_.sender->Propose(owner, proposal, owners_.watermark, now(), open_)) {
    if (Enforces(*proposal.fired.firing.rule)) open_.Hurry();
    return;
  }
  PutDecided(proposal, Decide(proposal.fired.firing,
                              {.subjects = {}, .none_because = remediate::Refusal::kTooLarge},
                              circumstances_));
}

void FiringOutputs::Judge(const Proposal& proposal) {
  const WindowFiring& fired = proposal.fired;
  const Decided decided = Decide(fired.firing, TargetsOf(fired), circumstances_);
  if (!IsSilent(fired, decided)) return PutDecided(proposal, decided);
  ++open_.counts().suppress.silenced;
  for (const Action& action : decided.actions) PutAction(decided, action, TargetOf(fired, action));
}

void FiringOutputs::PutDecided(const Proposal& proposal, const Decided& decided) {
  const WindowFiring& fired = proposal.fired;
  for (const Action& action : decided.actions) PutAction(decided, action, TargetOf(fired, action));
  open_.Put(
      proposal.is_single_match
          ? AlertRecord(decided, fired.event, now(), proposal.evidence, bounds_.alert_bytes_max)
          : WindowAlertRecord(decided, fired, now(), bounds_.alert_bytes_max));
}

bool FiringOutputs::IsSilent(const WindowFiring& fired, const Decided& decided) {
  if (suppressions_ == nullptr || !fired.alert_key) return false;
  const std::vector<std::string> told = TargetsToldApart(fired, decided);
  const std::vector<std::string_view> targets(told.begin(), told.end());
  return suppressions_->IsSilent(fired.firing, *fired.alert_key, targets);
}

void FiringOutputs::PutAction(const Decided& decided, const Action& action,
                              const remediate::Subject& target) {
  open_.AddAction(action);
  open_.Put(DecisionRecord(decided, action, target, now(), bounds_.audit_bytes_max));
}

}  // namespace riposte::pipeline
