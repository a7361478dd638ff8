// enum-pattern: a wildcard or a substring on a token with a closed list of values.
#pragma once

#include "rules/lint/rule_query.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckEnumPattern(const RuleQuery& asked, const schema::Schema& schema,
                      text::Diagnostics& diagnostics);

}  // namespace riposte::lint
