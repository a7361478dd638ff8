// What responses.yaml gives to which rules, as `riposte check` shows it.
#pragma once

#include <string>

#include "base/json.h"
#include "rules/rule/rule.h"

namespace riposte::app {

// For each entry what it gives, and the rules that it arms; empty without entries.
std::string ResponsesText(const rule::RuleSet& rules);

// An array with an object for each entry.
void WriteResponses(const rule::RuleSet& rules, json::Writer& writer);

// The entry that a rule has its trigger and remediation from, with its place; null if they are the
// rule's own.
void WriteResponseOf(const rule::Rule& rule, json::Writer& writer);

}  // namespace riposte::app
