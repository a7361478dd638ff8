// bad-hash: what is compared with a hash does not have its form, so it equals none.
#pragma once

#include "rules/rule/rule.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckBadHash(const rule::Rule& rule, const schema::Schema& schema,
                  text::Diagnostics& diagnostics);

}  // namespace riposte::lint
