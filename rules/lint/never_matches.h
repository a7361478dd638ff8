// never-matches: conditions that exclude each other, so that the query, or a part of it, holds for
// no event.
#pragma once

#include "rules/lint/rule_query.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckNeverMatches(const RuleQuery& asked, const schema::Schema& schema,
                       text::Diagnostics& diagnostics);

}  // namespace riposte::lint
