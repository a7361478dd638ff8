// regex-padding: `.*` at an end of a regular expression, which is searched for anywhere anyway.
#pragma once

#include "rules/rule/rule.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckRegexPadding(const rule::Rule& rule, const schema::Schema& schema,
                       text::Diagnostics& diagnostics);

}  // namespace riposte::lint
