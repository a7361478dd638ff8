// short-substring: `~` with one letter or digit, which nearly each value has in it.
#pragma once

#include "rules/lint/rule_query.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckShortSubstring(const RuleQuery& asked, const schema::Schema& schema,
                         text::Diagnostics& diagnostics);

}  // namespace riposte::lint
