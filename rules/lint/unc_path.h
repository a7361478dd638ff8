// unc-path: a path that begins with one backslash. One on a server begins with two, any other with
// a drive; often an escape has taken one away.
#pragma once

#include "rules/rule/rule.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckUncPath(const rule::Rule& rule, const schema::Schema& schema,
                  text::Diagnostics& diagnostics);

}  // namespace riposte::lint
