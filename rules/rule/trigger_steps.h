// The steps of the criteria `sequence:` and `unordered:`.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "rules/rule/trigger_values.h"

namespace riposte::rule {

// What both criteria say.
struct StepsText {
  std::vector<Step> steps;
  std::optional<Step> until;
};

// The keys `by`, `steps` and `until` of `section`, the criterion `name`; `key_span` is where its
// name stands. Checked is what holds of steps in any order. After an error it is what could be
// read, with as many steps as are written.
StepsText ReadSteps(const yaml::Node& section, std::string_view name, yaml::Span key_span,
                    const TriggerContext& context);

}  // namespace riposte::rule
