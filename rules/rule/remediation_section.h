// `remediation:` of a rule file.
#pragma once

#include <optional>

#include "rules/rule/rule.h"
#include "rules/text/node_reader.h"

namespace riposte::rule {

// `key_span` is where `remediation` itself stands; `trigger` is the one that it goes with, or null
// if that could not be read. Empty after an error.
std::optional<Remediation> ReadRemediation(const yaml::Node& section, yaml::Span key_span,
                                           const Trigger* trigger, text::NodeReader& reader);

}  // namespace riposte::rule
