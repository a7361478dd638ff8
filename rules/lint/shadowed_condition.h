// shadowed-condition: an alternative of an `or` that another one covers, or a condition of an `and`
// that another one already asks for. Either the narrower or the wider is not what was meant.
#pragma once

#include "rules/lint/rule_query.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckShadowedCondition(const RuleQuery& asked, const schema::Schema& schema,
                            text::Diagnostics& diagnostics);

}  // namespace riposte::lint
