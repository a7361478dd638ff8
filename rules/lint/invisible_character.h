// invisible-character: a value with a character that cannot be seen, such as pages and documents
// leave in what is copied from them.
#pragma once

#include "rules/lint/rule_query.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckInvisibleCharacter(const RuleQuery& asked, const schema::Schema& schema,
                             text::Diagnostics& diagnostics);

}  // namespace riposte::lint
