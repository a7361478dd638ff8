// path-in-name: a separator in what is compared with a base name.
#pragma once

#include "rules/lint/rule_query.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckPathInName(const RuleQuery& asked, const schema::Schema& schema,
                     text::Diagnostics& diagnostics);

}  // namespace riposte::lint
