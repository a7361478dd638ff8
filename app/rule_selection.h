// Which rule of a set a person means.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "rules/rule/rule.h"

namespace riposte::app {

// The index of the rule with this id, with this name (ignoring case), or whose id alone begins so;
// in this order. kInvalidArgument: several are meant, the message lists them; kNotFound: none, the
// message says which is near.
Result<size_t> SelectRule(const rule::RuleSet& rules, std::string_view text);

// The index of the one rule of a file. kInvalidArgument: it holds several; kNotFound: none.
Result<size_t> SelectRuleOfFile(const rule::RuleSet& rules, const std::string& path);

}  // namespace riposte::app
