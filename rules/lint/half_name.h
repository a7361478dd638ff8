// half-name: a path that ends in a name without a separator in front, which longer names have at
// their end, too.
#pragma once

#include "rules/lint/rule_query.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckHalfName(const RuleQuery& asked, const schema::Schema& schema,
                   text::Diagnostics& diagnostics);

}  // namespace riposte::lint
