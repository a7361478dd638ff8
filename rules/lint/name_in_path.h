// name-in-path: a name without a folder where the whole path is compared.
#pragma once

#include "rules/lint/rule_query.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckNameInPath(const RuleQuery& asked, const schema::Schema& schema,
                     text::Diagnostics& diagnostics);

}  // namespace riposte::lint
