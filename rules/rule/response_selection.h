// Which rules the entries of responses.yaml are for.
#pragma once

#include <vector>

#include "rules/rule/rule.h"
#include "rules/text/diagnostic.h"

namespace riposte::rule {

// Gives each Sigma rule the trigger and the remediation of the strongest entry that selects it, and
// with them its `response`, arming hash and version. An entry is for rules in its file's folder and
// below. Errors: an entry selects more rules than its `max_rules` (too-many-selected), two entries
// of the strongest kind select one rule (response-conflict), an id of no such rule
// (response-without-rule) or of a native one (response-for-native), a trigger for a correlation,
// which has its own (trigger-for-correlation), a remediation that the rule's trigger has no events
// for (CheckRemediation). Another choice that selects nothing is a warning, and so is a rule that
// does not fire by itself: it is not armed (silent-rule). With `all_rules_read` false what selects
// nothing is not told: the rule may be among those that have errors.
std::vector<AttachedResponse> AttachResponses(const std::vector<ResponsePtr>& responses,
                                              bool all_rules_read, std::vector<Rule>& rules,
                                              text::Diagnostics& diagnostics);

}  // namespace riposte::rule
