// always-matches: conditions of which one always holds, so that the query, or a part of it, says
// nothing.
#pragma once

#include "rules/lint/rule_query.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckAlwaysMatches(const RuleQuery& asked, const schema::Schema& schema,
                        text::Diagnostics& diagnostics);

}  // namespace riposte::lint
