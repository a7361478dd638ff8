// The criterion `count:`.
#pragma once

#include <optional>

#include "rules/rule/trigger_values.h"

namespace riposte::rule {

// `key_span` is where the criterion's name stands. Empty after an error.
std::optional<Count> ReadCount(const yaml::Node& section, yaml::Span key_span,
                               const TriggerContext& context);

}  // namespace riposte::rule
