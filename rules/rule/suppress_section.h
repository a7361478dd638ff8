// `suppress:` of a rule file.
#pragma once

#include <optional>

#include "rules/rule/trigger_values.h"

namespace riposte::rule {

// `key_span` is where `suppress` itself stands. Empty after an error.
std::optional<Suppress> ReadSuppress(const yaml::Node& section, yaml::Span key_span,
                                     const TriggerContext& context);

}  // namespace riposte::rule
