// one-sided-tests: the tests of a rule that enforces show only what it hits, or only what it leaves
// alone.
#pragma once

#include "rules/rule/rule.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckOneSidedTests(const rule::Rule& rule, const schema::Schema& schema,
                        text::Diagnostics& diagnostics);

}  // namespace riposte::lint
