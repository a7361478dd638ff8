// path-slashes: a Windows path with slashes. Events write it with backslashes.
#pragma once

#include "rules/rule/rule.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckPathSlashes(const rule::Rule& rule, const schema::Schema& schema,
                      text::Diagnostics& diagnostics);

}  // namespace riposte::lint
