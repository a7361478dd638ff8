// regex-padding: `.*` at an end of a regular expression, which is searched for anywhere anyway.
#pragma once

#include "rules/lint/rule_query.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckRegexPadding(const RuleQuery& asked, const schema::Schema& schema,
                       text::Diagnostics& diagnostics);

}  // namespace riposte::lint
