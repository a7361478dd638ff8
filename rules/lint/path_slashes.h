// path-slashes: a Windows path with slashes. Events write it with backslashes.
#pragma once

#include "rules/lint/rule_query.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckPathSlashes(const RuleQuery& asked, const schema::Schema& schema,
                      text::Diagnostics& diagnostics);

}  // namespace riposte::lint
