// runs-nowhere: no loaded profile (of those that the rule names) has all tokens of its query.
#pragma once

#include "rules/rule/rule.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckRunsNowhere(const rule::Rule& rule, const schema::Schema& schema,
                      text::Diagnostics& diagnostics);

}  // namespace riposte::lint
