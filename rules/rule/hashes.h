// What identifies a rule's content.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "rules/rule/rule.h"

namespace riposte::rule {

// SHA-256, hex, of the parts, which cannot run into each other.
std::string HashOf(std::initializer_list<std::string_view> parts);

// Rule::version of a rule that has its trigger and remediation from a response: that of the rule
// alone, and what the response says. Where the response stands and what else it selects does not
// count.
std::string VersionWithResponse(const std::string& version, const Response& response);

// Rule::arming_hash; the canonical query and the canonical trigger have to be there.
std::string ArmingHash(const Rule& rule);

}  // namespace riposte::rule
