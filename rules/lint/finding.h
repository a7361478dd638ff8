// What the checks share: when a finding refuses a rule, and where it stands in the file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rules/rule/rule.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

// Whether the rule proposes commands: it has a remediation that is not off.
bool Remediates(const rule::Rule& rule);
// Whether agents act on them. A doubt about such a rule is an error.
bool Enforces(const rule::Rule& rule);

// The profiles that `rule` runs on.
std::vector<const schema::Profile*> ProfilesOf(const rule::Rule& rule,
                                               const schema::Schema& schema);

// An error for a rule that enforces, else a warning, at a node of the rule's query.
void AddInQuery(const rule::Rule& rule, text::Span in_query, std::string_view code,
                std::string message, std::string hint, text::Diagnostics& diagnostics);

}  // namespace riposte::lint
