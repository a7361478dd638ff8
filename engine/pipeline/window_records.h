// The alerts of windows: that one fired, and what has joined a firing since. Schema:
// agent-bridge/schema/alert.schema.json. Each builder keeps to a size, whatever the events hold.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/time.h"
#include "base/uuid.h"
#include "engine/pipeline/decide.h"
#include "engine/pipeline/ports.h"
#include "engine/pipeline/window_firing.h"
#include "engine/trigger/occurrence.h"

namespace riposte::pipeline {

// The firing of `window`, or the part of it, which `decided` is about, and what was ordered, held,
// denied or refused and why. Where the whole would exceed `value_bytes_max` the commands are left
// out, in the worst case long texts are cut and only some event ids, values of the group and
// actions are told, too; then "truncated" is true.
OutRecord WindowAlertRecord(const Decided& decided, const WindowFiring& window, Time now,
                            size_t value_bytes_max);

// What joined the firing `firing_id` of `rule`. `asset_id`: that of the firing's alert, whose key
// it has, so that it stands behind it.
OutRecord SummaryRecord(const rule::Rule& rule, const Uuid& firing_id, std::string_view asset_id,
                        const trigger::Summary& summary, Time now, size_t value_bytes_max);

}  // namespace riposte::pipeline
