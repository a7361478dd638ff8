#include "rules/lint/plain_regex.h"

#include <fmt/format.h>

#include "rules/lint/clauses.h"
#include "rules/lint/finding.h"
#include "rules/lint/regex_text.h"

namespace riposte::lint {

namespace {

// What means the same without a regular expression.
std::string Plainly(const PlainRegex& plain) {
  if (plain.from_begin && plain.to_end) return fmt::format(": `{}`", plain.text);
  if (plain.from_begin) return fmt::format(": \"{}*\"", plain.text);
  if (plain.to_end) return fmt::format(": \"*{}\"", plain.text);
  return fmt::format(" ~ \"{}\"", plain.text);
}

bool IsOrdinary(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ' ||
         c == '_' || c == '-' || c == '.';
}

// Only where letter case is ignored already, and the text needs no escapes.
std::optional<text::Fix> Substring(const RuleQuery& asked, const query::Node& node,
                                   const PlainRegex& plain) {
  const bool ignores_case = std::get<query::Matches>(node.predicate).ignore_case;
  if (!ignores_case || plain.from_begin || plain.to_end) return std::nullopt;
  for (const char c : plain.text)
    if (!IsOrdinary(c)) return std::nullopt;
  if (node.span.end > asked.text.size()) return std::nullopt;
  const std::string_view written =
      std::string_view(asked.text).substr(node.span.begin, node.span.end - node.span.begin);
  const size_t name_end = written.find_first_of(" \t\n:=");
  const size_t slash = written.find('/');
  if (slash == std::string_view::npos || name_end > slash || !written.ends_with("/i") ||
      written.substr(name_end, slash - name_end).find_first_not_of(" :=") != std::string_view::npos)
    return std::nullopt;
  return text::Fix{.span = node.span,
                   .replacement = fmt::format("{}{}", written.substr(0, name_end), Plainly(plain))};
}

}  // namespace

void CheckPlainRegex(const RuleQuery& asked, const schema::Schema&,
                     text::Diagnostics& diagnostics) {
  ForEachClause(asked.written, [&](const query::Node& node, bool) {
    const auto* regex = std::get_if<query::Matches>(&node.predicate);
    if (regex == nullptr) return;
    const std::optional<PlainRegex> plain = ReadPlain(regex->pattern);
    if (!plain) return;
    WarnInQuery(asked, node.span,
                {.code = "plain-regex",
                 .message = "the regular expression is plain text",
                 .hint = fmt::format("write '{}'{}", Plainly(*plain),
                                     regex->ignore_case ? "" : ", which ignores letter case"),
                 .fix_in_query = Substring(asked, node, *plain)},
                diagnostics);
  });
}

}  // namespace riposte::lint
