// bad-hash: what is compared with a hash does not have its form, so it equals none.
#pragma once

#include "rules/lint/rule_query.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckBadHash(const RuleQuery& asked, const schema::Schema& schema,
                  text::Diagnostics& diagnostics);

}  // namespace riposte::lint
