#include "tests/rules/lint/lint_text.h"

#include <fmt/format.h>

#include "rules/lint/lint.h"
#include "tests/rules/rule/rule_text.h"

namespace riposte::lint::test {
namespace {

text::Diagnostics FindingsIn(std::string_view bytes) {
  rule::test::Loaded loaded = rule::test::LoadFiles({{"rules.yaml", std::string(bytes)}});
  if (loaded.set != nullptr) LintRules(*loaded.set, loaded.diagnostics);
  return std::move(loaded.diagnostics);
}

text::Diagnostics Findings(const Case& rule) {
  std::string text =
      fmt::format("id: {}\nname: n\nseverity: low\nquery: |\n  {}\ntrigger: {{single_match: }}\n{}",
                  rule::test::IdOf(1), rule.query, rule.more);
  if (!rule.mode.empty()) {
    text += fmt::format("remediation:\n  auto: {}\n  action: {}\n", rule.mode, rule.action);
    if (rule.action != "quarantine_asset") text += "  target: process\n";
  }
  return FindingsIn(text);
}

text::Diagnostics Findings(const SigmaCase& rule) {
  const std::string sigma = fmt::format(
      "title: n\nid: {}\nlogsource: {{product: windows, category: {}}}\ndetection:\n{}  condition: "
      "{}\n{}",
      rule::test::IdOf(1), rule.category, rule.selections, rule.condition, rule.more);
  const std::string order = rule.target.empty()
                                ? std::string("quarantine_asset")
                                : "kill_process_and_quarantine_file, target: " + rule.target;
  const std::string responses =
      fmt::format("responses:\n- id: {}\n  max_rules: 1\n  remediation: {{auto: {}, action: {}}}\n",
                  rule::test::IdOf(1), rule.mode, order);
  rule::test::Loaded loaded =
      rule::test::LoadFiles({{"sigma.yml", sigma}, {"responses.yaml", responses}});
  if (loaded.set != nullptr) LintRules(*loaded.set, loaded.diagnostics);
  return std::move(loaded.diagnostics);
}

std::string Listed(const text::Diagnostics& findings, std::string_view code) {
  std::string out;
  for (const text::Diagnostic& finding : findings.all()) {
    if (!code.empty() && finding.code != code && finding.severity != text::Severity::kError)
      continue;
    const std::string_view marked =
        finding.source->bytes().substr(finding.span.begin, finding.span.end - finding.span.begin);
    out += fmt::format("{}{} {} `{}`", out.empty() ? "" : " ", text::SeverityName(finding.severity),
                       finding.code, marked);
  }
  return out;
}

}  // namespace

std::string Lint(const Case& rule) { return Listed(Findings(rule), {}); }

std::string Lint(const Case& rule, std::string_view code) { return Listed(Findings(rule), code); }

std::string LintFile(std::string_view bytes, std::string_view code) {
  return Listed(FindingsIn(bytes), code);
}

std::string LintSigma(const SigmaCase& rule, std::string_view code) {
  return Listed(Findings(rule), code);
}

std::string RenderedSigma(const SigmaCase& rule) { return text::Render(Findings(rule)); }

std::string Fixed(const std::string& query, std::string_view code) {
  const text::Diagnostics findings = Findings({.query = query});
  std::string bytes, before;
  size_t from = std::string::npos;
  for (size_t i = findings.all().size(); i-- > 0;) {
    const text::Diagnostic& finding = findings.all()[i];
    if (bytes.empty()) {
      bytes = finding.source->bytes();
      from = bytes.find(query);
    }
    if (finding.code != code || !finding.fix) continue;
    const text::Span span = finding.fix->span;
    bytes.replace(span.begin, span.end - span.begin, finding.fix->replacement);
  }
  if (bytes.empty()) return query;
  return bytes.substr(from, bytes.find("\ntrigger:") - from);
}

std::string Rendered(const Case& rule) { return text::Render(Findings(rule)); }

}  // namespace riposte::lint::test
