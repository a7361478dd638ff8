// open-dot: a dot in a file or host name of a regular expression, which stands for any character.
#pragma once

#include "rules/lint/rule_query.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckOpenDot(const RuleQuery& asked, const schema::Schema& schema,
                  text::Diagnostics& diagnostics);

}  // namespace riposte::lint
