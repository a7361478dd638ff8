// repeated-tag: a tag that is there twice.
#pragma once

#include "rules/rule/rule.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckRepeatedTag(const rule::Rule& rule, const schema::Schema& schema,
                      text::Diagnostics& diagnostics);

}  // namespace riposte::lint
