// The criterion `scheduled:`.
#pragma once

#include <optional>

#include "rules/rule/trigger_values.h"

namespace riposte::rule {

// `key_span` is where the criterion's name stands. Empty after an error. Of the time zone only the
// form of its name is checked.
std::optional<Scheduled> ReadScheduled(const yaml::Node& section, yaml::Span key_span,
                                       const TriggerContext& context);

}  // namespace riposte::rule
