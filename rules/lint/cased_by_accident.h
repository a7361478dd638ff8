// cased-by-accident: a regular expression with letters in it that minds their case, where all else
// in a query ignores it.
#pragma once

#include "rules/lint/rule_query.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckCasedByAccident(const RuleQuery& asked, const schema::Schema& schema,
                          text::Diagnostics& diagnostics);

}  // namespace riposte::lint
