#include "rules/rule/hashes.h"

#include <fmt/format.h>

#include "base/digest.h"

namespace riposte::rule {

std::string HashOf(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text += fmt::format("{}:{}\n", part.size(), part);
  return Sha256Hex(text);
}

std::string ArmingHash(const Rule& rule) {
  const bool remediates = rule.remediation.has_value();
  const bool has_target = remediates && rule.remediation->target.has_value();
  return HashOf({rule.canonical_query, "single_match",
                 has_target ? TargetName(*rule.remediation->target) : "",
                 remediates ? RuleActionName(rule.remediation->action) : ""});
}

}  // namespace riposte::rule
