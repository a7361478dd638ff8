// One YAML document of a rule file.
#pragma once

#include <optional>

#include "rules/rule/rule.h"
#include "rules/text/node_reader.h"

namespace riposte::rule {

// The document's rule, or empty after at least one error.
std::optional<Rule> ReadRule(const yaml::Document& document, const schema::Schema& schema,
                             text::NodeReader& reader);

}  // namespace riposte::rule
