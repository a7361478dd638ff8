// missing-anchor: a rule that no index can find, because all that must hold is the type of the
// event, ranges, truth values and negations. It is evaluated for every event.
#pragma once

#include "rules/lint/rule_query.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckMissingAnchor(const RuleQuery& asked, const schema::Schema& schema,
                        text::Diagnostics& diagnostics);

}  // namespace riposte::lint
