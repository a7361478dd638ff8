// cased-by-accident: a regular expression with letters in it that minds their case, where all else
// in a query ignores it.
#pragma once

#include "rules/rule/rule.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckCasedByAccident(const rule::Rule& rule, const schema::Schema& schema,
                          text::Diagnostics& diagnostics);

}  // namespace riposte::lint
