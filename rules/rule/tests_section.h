// `tests:` of a rule file.
#pragma once

#include <vector>

#include "rules/rule/rule.h"
#include "rules/text/node_reader.h"

namespace riposte::rule {

// The tests that could be read; there may have been errors. `allow_windows` (LoadOptions): entries
// of `events` that only let time pass, and lists of firings.
std::vector<TestCase> ReadTests(const yaml::Node& section, const schema::Schema& schema,
                                bool allow_windows, text::NodeReader& reader);

// unknown-profile unless the schema has it.
bool CheckProfile(const yaml::Node& node, const schema::Schema& schema, text::NodeReader& reader);

}  // namespace riposte::rule
