// bare-wildcard: a star alone, which asks whether there is a value.
#pragma once

#include "rules/rule/rule.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckBareWildcard(const rule::Rule& rule, const schema::Schema& schema,
                       text::Diagnostics& diagnostics);

}  // namespace riposte::lint
