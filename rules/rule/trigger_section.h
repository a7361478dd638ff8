// `trigger:` of a rule file.
#pragma once

#include <optional>
#include <string_view>

#include "rules/rule/trigger_values.h"

namespace riposte::rule {

// Empty after an error.
std::optional<Trigger> ReadTrigger(const yaml::Node& section, const TriggerContext& context);

// Whether it has a criterion of several steps, which have queries of their own: the rule needs
// none.
bool HasSteps(const yaml::Node& section);

}  // namespace riposte::rule
