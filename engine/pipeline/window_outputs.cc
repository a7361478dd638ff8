#include "engine/pipeline/window_outputs.h"

#include <string>
#include <utility>
#include <vector>

#include "engine/pipeline/window_firing.h"
#include "engine/pipeline/window_records.h"
#include "engine/trigger/group_key.h"

namespace riposte::pipeline {
namespace {

void PutFiring(const trigger::Firing& firing, const LiveRules& live, FiringOutputs& outputs) {
  const rule::Rule& rule = live.rules->rules[firing.rule];
  if (!rule.fires) return;
  const std::vector<std::string> group = trigger::ValuesOfKey(firing.key);
  WindowFiring window = FireWindow(rule, *live.rules->schema, firing.completion, group);
  window.alert_key = live.suppress->KeyOfWindow(firing.rule, firing.key, window.event.asset.id);
  outputs.Put(window);
}

void PutSummary(const trigger::ClosedFiring& closed, const LiveRules& live,
                FiringOutputs& outputs) {
  const rule::Rule& rule = live.rules->rules[closed.rule];
  if (!rule.fires) return;
  const SummarizedFiring firing =
      FiringOf(rule, *live.rules->schema, closed.summary, trigger::ValuesOfKey(closed.key));
  ++outputs.open().counts().windows.summaries;
  outputs.open().Put(SummaryRecord(rule, firing.id, firing.asset_id, closed.summary, outputs.now(),
                                   outputs.bounds().alert_bytes_max));
}

void CountFates(const trigger::Effects& effects, Transaction& open) {
  WindowCounts& counts = open.counts().windows;
  for (const uint32_t rule : effects.fates.rules()) {
    const trigger::FateCounts::Counts& fates = effects.fates.of(rule);
    for (size_t fate = 0; fate < fates.size(); ++fate) counts.fates[fate] += fates[fate];
    const uint64_t late = fates[static_cast<size_t>(trigger::Fate::kLate)];
    if (late > 0) open.CountLate(rule, late);
  }
  for (const trigger::EvictedGroup& evicted : effects.evicted) open.CountEvicted(evicted.rule);
  counts.chained_lost += effects.chained_lost;
}

}  // namespace

void PutEffects(const trigger::Effects& effects, const LiveRules& live, FiringOutputs& outputs) {
  // A group's summary closes a firing before its next one.
  for (const trigger::ClosedFiring& closed : effects.closed) PutSummary(closed, live, outputs);
  for (const trigger::Firing& firing : effects.firings) PutFiring(firing, live, outputs);
  CountFates(effects, outputs.open());
}

void PutSuppressed(TaskSuppressions& suppressions, Time watermark, const LiveRules& live,
                   FiringOutputs& outputs) {
  suppressions.OnTime(watermark);
  const trigger::SuppressEffects& effects = suppressions.effects();
  for (const trigger::EndedSpan& ended : effects.ended) {
    outputs.open().Begin(outputs.now());
    outputs.open().Put(SuppressionEndedRecord(live.rules->rules[ended.rule], ended.key, ended.span,
                                              outputs.now(), outputs.bounds().audit_bytes_max));
  }
  outputs.open().counts().suppress.evicted += effects.evicted.size();
  suppressions.Forget();
}

void CountLeftOut(const trigger::LeftOut& left_out, WindowCounts& counts) {
  counts.no_key += left_out.no_key;
  counts.no_value += left_out.no_value;
}

}  // namespace riposte::pipeline
