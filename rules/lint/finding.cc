#include "rules/lint/finding.h"

#include <utility>

namespace riposte::lint {

bool Remediates(const rule::Rule& rule) {
  return rule.remediation && rule.remediation->mode != rule::AutoMode::kOff;
}

bool Enforces(const rule::Rule& rule) {
  return rule.remediation && rule.remediation->mode == rule::AutoMode::kEnforce;
}

std::vector<const schema::Profile*> ProfilesOf(const rule::Rule& rule,
                                               const schema::Schema& schema) {
  std::vector<const schema::Profile*> profiles;
  for (const schema::Profile& profile : schema.profiles) {
    if (rule::RunsOn(rule, profile)) profiles.push_back(&profile);
  }
  return profiles;
}

void AddInQuery(const rule::Rule& rule, text::Span in_query, std::string_view code,
                std::string message, std::string hint, text::Diagnostics& diagnostics) {
  const text::Span span =
      rule.query_in_file ? rule.query_in_file->ToSource(in_query) : rule.query_span;
  diagnostics.Add({.severity = Enforces(rule) ? text::Severity::kError : text::Severity::kWarning,
                   .code = std::string(code),
                   .source = rule.source,
                   .span = span,
                   .message = std::move(message),
                   .hint = std::move(hint)});
}

}  // namespace riposte::lint
