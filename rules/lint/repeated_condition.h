// repeated-condition: the same condition twice in one list, `and` or `or`.
#pragma once

#include "rules/rule/rule.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckRepeatedCondition(const rule::Rule& rule, const schema::Schema& schema,
                            text::Diagnostics& diagnostics);

}  // namespace riposte::lint
