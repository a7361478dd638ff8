#include "tests/rules/lint/lint_text.h"

#include <fmt/format.h>

#include "rules/lint/lint.h"
#include "tests/rules/rule/rule_text.h"

namespace riposte::lint::test {
namespace {

text::Diagnostics Findings(const Case& rule) {
  std::string text =
      fmt::format("id: {}\nname: n\nseverity: low\nquery: |\n  {}\ntrigger: {{single_match: }}\n{}",
                  rule::test::IdOf(1), rule.query, rule.more);
  if (!rule.mode.empty()) {
    text += fmt::format("remediation:\n  auto: {}\n  action: {}\n", rule.mode, rule.action);
    if (rule.action != "quarantine_asset") text += "  target: process\n";
  }
  rule::test::Loaded loaded = rule::test::LoadText(text);
  if (loaded.set != nullptr) LintRules(*loaded.set, loaded.diagnostics);
  return std::move(loaded.diagnostics);
}

}  // namespace

std::string Lint(const Case& rule) {
  const text::Diagnostics findings = Findings(rule);
  std::string out;
  for (const text::Diagnostic& finding : findings.all()) {
    const std::string_view marked =
        finding.source->bytes().substr(finding.span.begin, finding.span.end - finding.span.begin);
    out += fmt::format("{}{} {} `{}`", out.empty() ? "" : " ", text::SeverityName(finding.severity),
                       finding.code, marked);
  }
  return out;
}

std::string Rendered(const Case& rule) { return text::Render(Findings(rule)); }

}  // namespace riposte::lint::test
