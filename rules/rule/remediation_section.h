// `remediation:` of a rule file.
#pragma once

#include <optional>

#include "rules/rule/rule.h"
#include "rules/text/node_reader.h"

namespace riposte::rule {

// `key_span` is where `remediation` itself stands. Empty after an error.
std::optional<Remediation> ReadRemediation(const yaml::Node& section, yaml::Span key_span,
                                           text::NodeReader& reader);

}  // namespace riposte::rule
