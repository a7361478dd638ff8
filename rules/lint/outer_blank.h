// outer-blank: a whole value that begins or ends with a blank.
#pragma once

#include "rules/lint/rule_query.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckOuterBlank(const RuleQuery& asked, const schema::Schema& schema,
                     text::Diagnostics& diagnostics);

}  // namespace riposte::lint
