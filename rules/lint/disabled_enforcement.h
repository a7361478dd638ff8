// disabled-enforcement: a rule that enforces and is switched off, so that nothing is found, and
// nothing prevented.
#pragma once

#include "rules/rule/rule.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckDisabledEnforcement(const rule::Rule& rule, const schema::Schema& schema,
                              text::Diagnostics& diagnostics);

}  // namespace riposte::lint
