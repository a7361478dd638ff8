// regex-without-literal: a regular expression that no text can be looked for in advance of, in a
// rule that has nothing else to be found by. It runs over each event.
#pragma once

#include "rules/lint/rule_query.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckRegexWithoutLiteral(const RuleQuery& asked, const schema::Schema& schema,
                              text::Diagnostics& diagnostics);

}  // namespace riposte::lint
