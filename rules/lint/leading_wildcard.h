// leading-wildcard: `*text*`, which is a substring search in the guise of a wildcard.
#pragma once

#include "rules/lint/rule_query.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckLeadingWildcard(const RuleQuery& asked, const schema::Schema& schema,
                          text::Diagnostics& diagnostics);

}  // namespace riposte::lint
