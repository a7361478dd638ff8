#include "engine/pipeline/firing_outputs.h"

#include <utility>

#include "engine/pipeline/window_records.h"

namespace riposte::pipeline {

void FiringOutputs::Put(const rule::Rule& rule, const remediate::Subject& event,
                        const Evidence& evidence) {
  const Decided decided = Decide(rule, event, circumstances_);
  open_.CountFiring(decided.firing);
  for (const Action& action : decided.actions) PutAction(decided, action, event);
  open_.Put(AlertRecord(decided, event, now(), evidence, bounds_.alert_bytes_max));
}

void FiringOutputs::Put(WindowFiring window) {
  const Decided decided = Decide(std::move(window.firing), TargetsOf(window), circumstances_);
  open_.CountFiring(decided.firing);
  for (const Action& action : decided.actions) PutAction(decided, action, TargetOf(window, action));
  open_.Put(WindowAlertRecord(decided, window, now(), bounds_.alert_bytes_max));
}

void FiringOutputs::PutAction(const Decided& decided, const Action& action,
                              const remediate::Subject& target) {
  open_.AddAction(action);
  open_.Put(DecisionRecord(decided, action, target, now(), bounds_.audit_bytes_max));
}

}  // namespace riposte::pipeline
