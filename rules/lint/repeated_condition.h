// repeated-condition: the same condition twice in one list, `and` or `or`.
#pragma once

#include "rules/lint/rule_query.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckRepeatedCondition(const RuleQuery& asked, const schema::Schema& schema,
                            text::Diagnostics& diagnostics);

}  // namespace riposte::lint
