// loose-identity: a rule that remediates and selects a process or a file by a phrase of its name or
// path. A phrase also hits longer names that hold its words, and the attacker chooses names. So
// does `contains` in a Sigma rule.
#pragma once

#include "rules/lint/rule_query.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckLooseIdentity(const RuleQuery& asked, const schema::Schema& schema,
                        text::Diagnostics& diagnostics);

}  // namespace riposte::lint
