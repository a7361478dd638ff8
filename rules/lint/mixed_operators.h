// mixed-operators: `and` and `or` side by side without brackets. `and` binds closer, which not
// everybody reads.
#pragma once

#include "rules/lint/rule_query.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckMixedOperators(const RuleQuery& asked, const schema::Schema& schema,
                         text::Diagnostics& diagnostics);

}  // namespace riposte::lint
