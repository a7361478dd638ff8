// bad-attack-tag: a tag that is meant to name something of MITRE ATT&CK and does not have its form.
#pragma once

#include "rules/rule/rule.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckAttackTag(const rule::Rule& rule, const schema::Schema& schema,
                    text::Diagnostics& diagnostics);

}  // namespace riposte::lint
