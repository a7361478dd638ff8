// bare-wildcard: a star alone, which asks whether there is a value.
#pragma once

#include "rules/lint/rule_query.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckBareWildcard(const RuleQuery& asked, const schema::Schema& schema,
                       text::Diagnostics& diagnostics);

}  // namespace riposte::lint
