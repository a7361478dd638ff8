// invisible-character: a value with a character that cannot be seen, such as pages and documents
// leave in what is copied from them.
#pragma once

#include "rules/rule/rule.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckInvisibleCharacter(const rule::Rule& rule, const schema::Schema& schema,
                             text::Diagnostics& diagnostics);

}  // namespace riposte::lint
