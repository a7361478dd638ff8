// duplicate-name: two rules of one name, which alerts cannot tell apart.
#pragma once

#include "rules/rule/rule.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckDuplicateNames(const rule::RuleSet& rules, text::Diagnostics& diagnostics);

}  // namespace riposte::lint
