// What is allowed by the language and yet a mistake. A set with an error of these is refused like
// one that does not compile.
#pragma once

#include "rules/rule/rule.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

// Runs each check on each rule, disabled ones included. Findings come by path and place.
void LintRules(const rule::RuleSet& rules, text::Diagnostics& diagnostics);

}  // namespace riposte::lint
