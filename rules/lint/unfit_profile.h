// unfit-profile: an event format that the rule names and that lacks a token of its query.
#pragma once

#include "rules/rule/rule.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckUnfitProfile(const rule::Rule& rule, const schema::Schema& schema,
                       text::Diagnostics& diagnostics);

}  // namespace riposte::lint
