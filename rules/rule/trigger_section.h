// `trigger:` of a rule file.
#pragma once

#include <optional>

#include "rules/rule/rule.h"
#include "rules/text/node_reader.h"

namespace riposte::rule {

// Empty after an error.
std::optional<Trigger> ReadTrigger(const yaml::Node& section, text::NodeReader& reader);

}  // namespace riposte::rule
