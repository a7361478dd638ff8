// protected-parent, protected-process: a kill of a process that the guards never let die, so that
// nothing is ever done.
#pragma once

#include "rules/lint/rule_query.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckProtectedTarget(const RuleQuery& asked, const schema::Schema& schema,
                          text::Diagnostics& diagnostics);

}  // namespace riposte::lint
