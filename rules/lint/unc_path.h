// unc-path: a path that begins with one backslash. One on a server begins with two, any other with
// a drive; often an escape has taken one away.
#pragma once

#include "rules/lint/rule_query.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckUncPath(const RuleQuery& asked, const schema::Schema& schema,
                  text::Diagnostics& diagnostics);

}  // namespace riposte::lint
