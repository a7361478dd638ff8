// open-dot: a dot in a file or host name of a regular expression, which stands for any character.
#pragma once

#include "rules/rule/rule.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckOpenDot(const rule::Rule& rule, const schema::Schema& schema,
                  text::Diagnostics& diagnostics);

}  // namespace riposte::lint
