// plain-regex: a regular expression without anything but text in it.
#pragma once

#include "rules/rule/rule.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckPlainRegex(const rule::Rule& rule, const schema::Schema& schema,
                     text::Diagnostics& diagnostics);

}  // namespace riposte::lint
