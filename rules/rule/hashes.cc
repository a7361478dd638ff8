#include "rules/rule/hashes.h"

#include <fmt/format.h>

#include "base/digest.h"

namespace riposte::rule {

std::string HashOf(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text += fmt::format("{}:{}\n", part.size(), part);
  return Sha256Hex(text);
}

std::string VersionWithResponse(const std::string& version, const Response& response) {
  const std::string_view trigger = response.trigger ? "single_match" : "";
  if (!response.remediation) return HashOf({version, "response", trigger});
  const Remediation& remediation = *response.remediation;
  return HashOf({version, "response", trigger, AutoModeName(remediation.mode),
                 RuleActionName(remediation.action),
                 remediation.target ? TargetName(*remediation.target) : ""});
}

std::string ArmingHash(const Rule& rule) {
  const bool remediates = rule.remediation.has_value();
  const bool has_target = remediates && rule.remediation->target.has_value();
  return HashOf({rule.canonical_query, "single_match",
                 has_target ? TargetName(*rule.remediation->target) : "",
                 remediates ? RuleActionName(rule.remediation->action) : ""});
}

}  // namespace riposte::rule
