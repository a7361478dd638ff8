// missing-false-positives: a rule that enforces and does not say whom it could hit by mistake.
#pragma once

#include "rules/rule/rule.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckMissingFalsePositives(const rule::Rule& rule, const schema::Schema& schema,
                                text::Diagnostics& diagnostics);

}  // namespace riposte::lint
