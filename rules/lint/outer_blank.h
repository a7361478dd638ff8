// outer-blank: a whole value that begins or ends with a blank.
#pragma once

#include "rules/rule/rule.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckOuterBlank(const rule::Rule& rule, const schema::Schema& schema,
                     text::Diagnostics& diagnostics);

}  // namespace riposte::lint
