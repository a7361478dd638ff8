// short-substring: `~` with one letter or digit, which nearly each value has in it.
#pragma once

#include "rules/rule/rule.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckShortSubstring(const rule::Rule& rule, const schema::Schema& schema,
                         text::Diagnostics& diagnostics);

}  // namespace riposte::lint
