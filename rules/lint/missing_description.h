// missing-description: a rule that enforces and does not say why.
#pragma once

#include "rules/rule/rule.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckMissingDescription(const rule::Rule& rule, const schema::Schema& schema,
                             text::Diagnostics& diagnostics);

}  // namespace riposte::lint
