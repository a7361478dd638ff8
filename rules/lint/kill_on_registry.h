// kill-on-registry: a kill on a query that only REGISTRY events can match. Those have no process to
// kill. A warning where the kill may be for an event of another part.
#pragma once

#include "rules/lint/rule_query.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckKillOnRegistry(const RuleQuery& asked, const schema::Schema& schema,
                         text::Diagnostics& diagnostics);

}  // namespace riposte::lint
