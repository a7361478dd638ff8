// bad-reference: a reference that nobody can follow.
#pragma once

#include "rules/rule/rule.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckBadReference(const rule::Rule& rule, const schema::Schema& schema,
                       text::Diagnostics& diagnostics);

}  // namespace riposte::lint
