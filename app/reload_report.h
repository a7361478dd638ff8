// What a reload would do, as `riposte reload --dry-run` prints it.
#pragma once

#include <span>
#include <string>

#include "rules/rule/rule_changes.h"

namespace riposte::app {

// A line for each rule that does not stay as it is, what it loses in capitals, and one with the
// sums. Safe for a terminal.
std::string ReloadText(std::span<const rule::RuleChange> changes);

// {"loses": ..., "rules": [{"id", "name", "change", "causes", "windows", "enforces", "armed_anew",
// "loses"}]} with all of them, on one line with its end.
std::string ReloadJson(std::span<const rule::RuleChange> changes);

// Whether any of them loses something.
bool Loses(std::span<const rule::RuleChange> changes);

}  // namespace riposte::app
