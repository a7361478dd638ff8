// vacuous-test: a test that expects nothing, in an event format that the rule does not run on. It
// would pass whatever the query says.
#pragma once

#include "rules/rule/rule.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckVacuousTest(const rule::Rule& rule, const schema::Schema& schema,
                      text::Diagnostics& diagnostics);

}  // namespace riposte::lint
