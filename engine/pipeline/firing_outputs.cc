#include "engine/pipeline/firing_outputs.h"

#include <algorithm>
#include <utility>

#include "engine/pipeline/window_records.h"

namespace riposte::pipeline {
namespace {

// What orders nothing is told where it fires.
bool MayOrder(const rule::Rule& rule) {
  return rule.remediation && rule.remediation->mode != rule::AutoMode::kOff;
}

bool Enforces(const rule::Rule& rule) {
  return rule.remediation && rule.remediation->mode == rule::AutoMode::kEnforce;
}

}  // namespace

void FiringOutputs::Put(const rule::Rule& rule, const remediate::Subject& event,
                        Evidence evidence) {
  if (IsOthers(rule, event.asset.id)) {
    const Proposal proposal = ProposeMatch(rule, event, std::move(evidence));
    open_.CountFiring(proposal.fired.firing);
    Propose(owners_.sender->OwnerOfAsset(event.asset.id), proposal);
    return;
  }
  const Decided decided = Decide(rule, event, circumstances_);
  open_.CountFiring(decided.firing);
  for (const Action& action : decided.actions) PutAction(decided, action, event);
  open_.Put(AlertRecord(decided, event, now(), evidence, bounds_.alert_bytes_max));
}

void FiringOutputs::Put(const WindowFiring& window) {
  open_.CountFiring(window.firing);
  if (owners_.sender == nullptr || !MayOrder(*window.firing.rule)) {
    Judge({.fired = window, .evidence = {}}, TargetsOf(window));
    return;
  }
  const int32_t own = owners_.sender->own();
  const OwnerOfAsset owner_of = [this](std::string_view asset_id) {
    return owners_.sender->OwnerOfAsset(asset_id);
  };
  for (Share& share : SplitByOwner(window, own, owner_of)) {
    const Proposal proposal{.fired = std::move(share.fired), .evidence = {}};
    if (share.owner == own) {
      Judge(proposal, TargetsOf(proposal.fired));
    } else {
      Propose(share.owner, proposal);
    }
  }
}

bool FiringOutputs::PutProposal(const Proposal& proposal) {
  const bool is_own = std::ranges::all_of(proposal.fired.targets, [&](const auto& target) {
    return !target.asset.id.empty() && owners_.sender != nullptr &&
           owners_.sender->OwnerOfAsset(target.asset.id) == owners_.sender->own();
  });
  if (!is_own) return false;
  open_.Begin(now());
  ++open_.counts().shuffle.proposals_taken;
  Judge(proposal, TargetsOf(proposal.fired));
  return true;
}

// What comes from no asset is decided by who has it: no order can come of it.
bool FiringOutputs::IsOthers(const rule::Rule& rule, std::string_view asset_id) const {
  return owners_.sender != nullptr && MayOrder(rule) && !asset_id.empty() &&
         owners_.sender->OwnerOfAsset(asset_id) != owners_.sender->own();
}

// What cannot be told is alerted here, and nothing is ordered: only the owner knows what was.
void FiringOutputs::Propose(int32_t owner, const Proposal& proposal) {
  if (owners_.sender->Propose(owner, proposal, owners_.watermark, now(), open_)) {
    if (Enforces(*proposal.fired.firing.rule)) open_.Hurry();
    return;
  }
  Judge(proposal, {.subjects = {}, .none_because = remediate::Refusal::kTooLarge});
}

void FiringOutputs::Judge(const Proposal& proposal, const Targets& targets) {
  const WindowFiring& fired = proposal.fired;
  const Decided decided = Decide(fired.firing, targets, circumstances_);
  for (const Action& action : decided.actions) PutAction(decided, action, TargetOf(fired, action));
  open_.Put(
      proposal.is_single_match
          ? AlertRecord(decided, fired.event, now(), proposal.evidence, bounds_.alert_bytes_max)
          : WindowAlertRecord(decided, fired, now(), bounds_.alert_bytes_max));
}

void FiringOutputs::PutAction(const Decided& decided, const Action& action,
                              const remediate::Subject& target) {
  open_.AddAction(action);
  open_.Put(DecisionRecord(decided, action, target, now(), bounds_.audit_bytes_max));
}

}  // namespace riposte::pipeline
