#include "rules/lint/finding.h"

#include <utility>

#include <fmt/format.h>

namespace riposte::lint {
namespace {

std::string_view Slice(std::string_view text, text::Span span) {
  if (span.begin >= text.size() || span.end <= span.begin) return {};
  return text.substr(span.begin, span.end - span.begin);
}

bool HasQuote(std::string_view text) { return text.find_first_of("\"'") != std::string_view::npos; }

// The fix in the file; empty where it could not be made without knowing how YAML writes the query.
std::optional<text::Fix> InFile(const RuleQuery& asked, const std::optional<text::Fix>& fix) {
  if (!fix || asked.in_file == nullptr) return std::nullopt;
  const std::string_view bytes = asked.in_file->source()->bytes();
  const text::Span span = asked.in_file->ToSource(fix->span);
  if (Slice(bytes, span) != Slice(asked.in_file->text(), fix->span)) return std::nullopt;
  const bool quoted = HasQuote(Slice(bytes, {asked.span.begin, asked.span.begin + 1}));
  if (quoted && HasQuote(fix->replacement)) return std::nullopt;
  return text::Fix{.span = span, .replacement = fix->replacement};
}

}  // namespace

bool Remediates(const rule::Rule& rule) {
  return rule.remediation && rule.remediation->mode != rule::AutoMode::kOff;
}

bool Enforces(const rule::Rule& rule) {
  return rule.remediation && rule.remediation->mode == rule::AutoMode::kEnforce;
}

std::string OrderedBy(const rule::Rule& rule) {
  if (rule.response == nullptr) return {};
  const text::Source& source = *rule.response->source;
  return fmt::format(" (ordered by {}:{})", source.path(),
                     source.Locate(rule.response->span.begin).line);
}

std::vector<const schema::Profile*> ProfilesOf(const rule::Rule& rule,
                                               const schema::Schema& schema) {
  std::vector<const schema::Profile*> profiles;
  for (const schema::Profile& profile : schema.profiles) {
    if (rule::RunsOn(rule, profile)) profiles.push_back(&profile);
  }
  return profiles;
}

void AddInQuery(const RuleQuery& asked, text::Span in_query, std::string_view code,
                std::string message, std::string hint, text::Diagnostics& diagnostics) {
  if (asked.IsOfRule(in_query)) return;
  const bool enforces = Enforces(asked.rule);
  diagnostics.Add({.severity = enforces ? text::Severity::kError : text::Severity::kWarning,
                   .code = std::string(code),
                   .source = asked.source(),
                   .span = asked.InFile(in_query),
                   .message = std::move(message),
                   .hint = std::move(hint)});
}

void Warn(const rule::Rule& rule, text::Span in_file, Finding finding,
          text::Diagnostics& diagnostics) {
  const bool known = in_file.end > in_file.begin;
  diagnostics.Add({.severity = text::Severity::kWarning,
                   .code = std::string(finding.code),
                   .source = rule.source,
                   .span = known ? in_file : rule.id_span,
                   .message = std::move(finding.message),
                   .hint = std::move(finding.hint)});
}

void WarnInQuery(const RuleQuery& asked, text::Span in_query, Finding finding,
                 text::Diagnostics& diagnostics) {
  if (asked.IsOfRule(in_query)) return;
  std::optional<text::Fix> fix = InFile(asked, finding.fix_in_query);
  if (fix) finding.hint += "; --fix does it";
  diagnostics.Add({.severity = text::Severity::kWarning,
                   .code = std::string(finding.code),
                   .source = asked.source(),
                   .span = asked.InFile(in_query),
                   .message = std::move(finding.message),
                   .hint = std::move(finding.hint),
                   .fix = std::move(fix)});
}

std::string Excerpt(const RuleQuery& asked, text::Span in_query) {
  constexpr size_t kLongest = 60;
  std::string text(asked.IsOfRule(in_query) ? std::string_view(asked.rule.query_text)
                                            : Slice(asked.text, in_query));
  bool blank = false;
  std::erase_if(text, [&blank](char& c) {
    if (c == '\n' || c == '\t') c = ' ';
    const bool repeated = blank && c == ' ';
    blank = c == ' ';
    return repeated;
  });
  if (text.size() <= kLongest) return text;
  size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0u) == 0x80u) --end;
  return text.substr(0, end) + "...";
}

}  // namespace riposte::lint
