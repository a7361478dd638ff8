// interpreter-quarantine: a rule on files whose file is an interpreter, a shell or a tool of the
// system. The guards never let it be taken, and a kill on a FILE event takes all its processes.
#pragma once

#include "rules/lint/rule_query.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckInterpreterQuarantine(const RuleQuery& asked, const schema::Schema& schema,
                                text::Diagnostics& diagnostics);

}  // namespace riposte::lint
