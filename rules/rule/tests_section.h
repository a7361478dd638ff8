// `tests:` of a rule file.
#pragma once

#include <vector>

#include "rules/rule/rule.h"
#include "rules/text/node_reader.h"

namespace riposte::rule {

// The tests that could be read; there may have been errors.
std::vector<TestCase> ReadTests(const yaml::Node& section, const schema::Schema& schema,
                                text::NodeReader& reader);

// unknown-profile unless the schema has it.
bool CheckProfile(const yaml::Node& node, const schema::Schema& schema, text::NodeReader& reader);

}  // namespace riposte::rule
