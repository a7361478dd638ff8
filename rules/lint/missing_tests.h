// missing-tests: a rule without tests, as a warning.
#pragma once

#include "rules/rule/rule.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckMissingTests(const rule::Rule& rule, const schema::Schema& schema,
                       text::Diagnostics& diagnostics);

}  // namespace riposte::lint
