// The event of a test, written as YAML, as the JSON text that it stands for.
#pragma once

#include <optional>
#include <string>

#include "rules/text/node_reader.h"

namespace riposte::rule {

// Quoted values are strings; plain ones are null, bool, integer, float or string as YAML 1.2's core
// schema says. Integers keep their digits however many they are. Empty after an error (bad-event:
// infinity and NaN, a number that JSON cannot hold).
std::optional<std::string> EventToJson(const yaml::Node& event, text::NodeReader& reader);

}  // namespace riposte::rule
