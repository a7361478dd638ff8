// `suppress:` of a rule file.
#pragma once

#include <optional>

#include "rules/rule/trigger_values.h"

namespace riposte::rule {

// `key_span` is where `suppress` itself stands, `trigger` the rule's; null if it could not be read.
// Empty after an error.
std::optional<Suppress> ReadSuppress(const yaml::Node& section, yaml::Span key_span,
                                     const Trigger* trigger, const TriggerContext& context);

}  // namespace riposte::rule
