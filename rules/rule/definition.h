// The identity of what a rule keeps in windows: what is stored under one identity is of no use
// under another.
#pragma once

#include <string>

#include "rules/rule/rule.h"

namespace riposte::rule {

// SHA-256, hex, of the rule's canonical query and trigger, of how the profiles that it runs on find
// the fields that both read and the event's time, and of the version of this format. Names, tags,
// tests, references, remediation and `suppress` do not count. `schema` is that of the rule's set.
std::string DefinitionHash(const Rule& rule, const schema::Schema& schema);

}  // namespace riposte::rule
