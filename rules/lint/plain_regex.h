// plain-regex: a regular expression without anything but text in it.
#pragma once

#include "rules/lint/rule_query.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckPlainRegex(const RuleQuery& asked, const schema::Schema& schema,
                     text::Diagnostics& diagnostics);

}  // namespace riposte::lint
