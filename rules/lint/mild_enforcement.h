// mild-enforcement: a rule that enforces, and whose severity says that it is nothing to act upon.
#pragma once

#include "rules/rule/rule.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckMildEnforcement(const rule::Rule& rule, const schema::Schema& schema,
                          text::Diagnostics& diagnostics);

}  // namespace riposte::lint
