// negated-optional: a negation over a field that a profile which the rule runs on does not
// guarantee. A clause on an absent field is false, so its negation holds for each event without the
// field. A clause that the field must be there for, in the same `and`, removes the doubt.
#pragma once

#include "rules/lint/rule_query.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

void CheckNegatedOptional(const RuleQuery& asked, const schema::Schema& schema,
                          text::Diagnostics& diagnostics);

}  // namespace riposte::lint
