#include "engine/pipeline/window_outputs.h"

#include <string>
#include <utility>
#include <vector>

#include "engine/pipeline/records.h"
#include "engine/pipeline/window_firing.h"
#include "engine/pipeline/window_records.h"
#include "engine/trigger/group_key.h"

namespace riposte::pipeline {
namespace {

class WindowOutputs {
 public:
  WindowOutputs(const LiveRules& live, const Circumstances& circumstances,
                const WindowBounds& bounds, Transaction& open)
      : live_(live), circumstances_(circumstances), bounds_(bounds), open_(open) {}

  void Put(const trigger::Firing& firing) {
    const rule::Rule& rule = live_.rules->rules[firing.rule];
    if (!rule.fires) return;
    const std::vector<std::string> group = trigger::ValuesOfKey(firing.key);
    WindowFiring window = FireWindow(rule, *live_.rules->schema, firing.completion, group);
    const Decided decided = Decide(std::move(window.firing), TargetsOf(window), circumstances_);
    open_.CountFiring(decided.firing);
    for (const Action& action : decided.actions) {
      open_.AddAction(action);
      open_.Put(DecisionRecord(decided, action, TargetOf(window, action), circumstances_.now,
                               bounds_.audit_bytes_max));
    }
    open_.Put(WindowAlertRecord(decided, window, circumstances_.now, bounds_.alert_bytes_max));
  }

  void Put(const trigger::ClosedFiring& closed) {
    const rule::Rule& rule = live_.rules->rules[closed.rule];
    if (!rule.fires) return;
    const SummarizedFiring firing =
        FiringOf(rule, *live_.rules->schema, closed.summary, trigger::ValuesOfKey(closed.key));
    ++open_.counts().windows.summaries;
    open_.Put(SummaryRecord(rule, firing.id, firing.asset_id, closed.summary, circumstances_.now,
                            bounds_.alert_bytes_max));
  }

  void Count(const trigger::Effects& effects) {
    WindowCounts& counts = open_.counts().windows;
    for (const uint32_t rule : effects.fates.rules()) {
      const trigger::FateCounts::Counts& fates = effects.fates.of(rule);
      for (size_t fate = 0; fate < fates.size(); ++fate) counts.fates[fate] += fates[fate];
      const uint64_t late = fates[static_cast<size_t>(trigger::Fate::kLate)];
      if (late > 0) open_.CountLate(rule, late);
    }
    for (const trigger::EvictedGroup& evicted : effects.evicted) open_.CountEvicted(evicted.rule);
    counts.chained_lost += effects.chained_lost;
  }

 private:
  const LiveRules& live_;
  const Circumstances& circumstances_;
  const WindowBounds& bounds_;
  Transaction& open_;
};

}  // namespace

void PutEffects(const trigger::Effects& effects, const LiveRules& live,
                const Circumstances& circumstances, const WindowBounds& bounds, Transaction& open) {
  WindowOutputs outputs(live, circumstances, bounds, open);
  // A group's summary closes a firing before its next one.
  for (const trigger::ClosedFiring& closed : effects.closed) outputs.Put(closed);
  for (const trigger::Firing& firing : effects.firings) outputs.Put(firing);
  outputs.Count(effects);
}

void CountLeftOut(const trigger::LeftOut& left_out, WindowCounts& counts) {
  counts.no_key += left_out.no_key;
  counts.no_value += left_out.no_value;
}

}  // namespace riposte::pipeline
