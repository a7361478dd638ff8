// What windows brought about as part of a transaction: the alerts, commands and decisions of what
// fired, the summaries of what closed, and what is counted of the rest.
#pragma once

#include <cstddef>

#include "engine/pipeline/decide.h"
#include "engine/pipeline/live_rules.h"
#include "engine/pipeline/transaction.h"
#include "engine/trigger/effects.h"
#include "engine/trigger/match_values.h"

namespace riposte::pipeline {

// The largest values of the records' topics.
struct WindowBounds {
  size_t alert_bytes_max = 0, audit_bytes_max = 0;
};

// Firings of rules that do not fire themselves, which other rules took, are counted as fates only.
// `open` was begun.
void PutEffects(const trigger::Effects& effects, const LiveRules& live,
                const Circumstances& circumstances, const WindowBounds& bounds, Transaction& open);
void CountLeftOut(const trigger::LeftOut& left_out, WindowCounts& counts);

}  // namespace riposte::pipeline
