// What windows and time brought about as part of a transaction: the alerts, commands and decisions
// of what fired, the summaries of what closed, what was silent, and what is counted of the rest.
#pragma once

#include "engine/pipeline/firing_outputs.h"
#include "engine/pipeline/live_rules.h"
#include "engine/pipeline/observer.h"
#include "engine/trigger/effects.h"
#include "engine/trigger/match_values.h"

namespace riposte::pipeline {

// Firings of rules that do not fire themselves, which other rules took, are counted as fates only.
void PutEffects(const trigger::Effects& effects, const LiveRules& live, FiringOutputs& outputs);
// Spans of `suppress` are over at the watermark, after what fired by then was judged; those that
// were over before are told, too.
void PutSuppressed(TaskSuppressions& suppressions, Time watermark, const LiveRules& live,
                   FiringOutputs& outputs);
void CountLeftOut(const trigger::LeftOut& left_out, WindowCounts& counts);

}  // namespace riposte::pipeline
