// duplicate-rule: two enabled rules that find the same and order the same.
#pragma once

#include "rules/rule/rule.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckDuplicateRules(const rule::RuleSet& rules, text::Diagnostics& diagnostics);

}  // namespace riposte::lint
