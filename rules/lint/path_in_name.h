// path-in-name: a separator in what is compared with a base name.
#pragma once

#include "rules/rule/rule.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckPathInName(const rule::Rule& rule, const schema::Schema& schema,
                     text::Diagnostics& diagnostics);

}  // namespace riposte::lint
