// kill-on-registry: a kill on a query that only REGISTRY events can match. Those have no process to
// kill.
#pragma once

#include "rules/rule/rule.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckKillOnRegistry(const rule::Rule& rule, const schema::Schema& schema,
                         text::Diagnostics& diagnostics);

}  // namespace riposte::lint
