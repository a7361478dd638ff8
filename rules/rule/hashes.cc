#include "rules/rule/hashes.h"

#include <fmt/format.h>

#include "base/digest.h"

namespace riposte::rule {

std::string HashOf(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text += fmt::format("{}:{}\n", part.size(), part);
  return Sha256Hex(text);
}

namespace {

// Empty for what a rule without the key means, so that its hashes stay.
std::string RemediateText(const Remediation& remediation) {
  switch (remediation.remediate) {
    case Remediate::kCompleting:
      return {};
    case Remediate::kAll:
      return "all";
    case Remediate::kStep:
      return "step:" + remediation.step;
  }
  return {};
}

}  // namespace

std::string VersionWithResponse(const std::string& version, const Response& response) {
  const std::string_view trigger = response.canonical_trigger;
  if (!response.remediation) return HashOf({version, "response", trigger});
  const Remediation& remediation = *response.remediation;
  const std::string_view mode = AutoModeName(remediation.mode);
  const std::string_view action = RuleActionName(remediation.action);
  const std::string_view target = remediation.target ? TargetName(*remediation.target) : "";
  const std::string remediate = RemediateText(remediation);
  if (remediate.empty()) return HashOf({version, "response", trigger, mode, action, target});
  return HashOf({version, "response", trigger, mode, action, target, remediate});
}

std::string ArmingHash(const Rule& rule) {
  if (!rule.remediation) return HashOf({rule.canonical_query, rule.canonical_trigger, "", ""});
  const Remediation& remediation = *rule.remediation;
  const std::string_view target = remediation.target ? TargetName(*remediation.target) : "";
  const std::string_view action = RuleActionName(remediation.action);
  const std::string remediate = RemediateText(remediation);
  if (remediate.empty())
    return HashOf({rule.canonical_query, rule.canonical_trigger, target, action});
  return HashOf({rule.canonical_query, rule.canonical_trigger, target, action, remediate});
}

}  // namespace riposte::rule
