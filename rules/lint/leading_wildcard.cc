#include "rules/lint/leading_wildcard.h"

#include <fmt/format.h>

#include "rules/lint/clauses.h"
#include "rules/lint/finding.h"

namespace riposte::lint {

namespace {

// `token ~ "text"` for `token: "*text*"`, where the text has nothing that quotes treat in a way of
// their own.
std::optional<text::Fix> Substring(const RuleQuery& asked, text::Span span) {
  if (span.end > asked.text.size() || span.begin >= span.end) return std::nullopt;
  const std::string_view written =
      std::string_view(asked.text).substr(span.begin, span.end - span.begin);
  const size_t name_end = written.find_first_of(" \t\n:=");
  const size_t open = written.find("\"*");
  if (open == std::string_view::npos || name_end > open || !written.ends_with("*\"") ||
      written.size() < open + 5)
    return std::nullopt;
  const std::string_view sign = written.substr(name_end, open - name_end);
  const std::string_view text = written.substr(open + 2, written.size() - open - 4);
  const bool plain = text.find_first_of("\\*\"'`\n") == std::string_view::npos;
  if (!plain || sign.find_first_not_of(" :=") != std::string_view::npos) return std::nullopt;
  return text::Fix{.span = span,
                   .replacement = fmt::format("{} ~ \"{}\"", written.substr(0, name_end), text)};
}

}  // namespace

void CheckLeadingWildcard(const RuleQuery& asked, const schema::Schema&,
                          text::Diagnostics& diagnostics) {
  ForEachClause(asked.written, [&](const query::Node& node, bool) {
    const auto* wildcard = std::get_if<query::Wildcard>(&node.predicate);
    if (wildcard == nullptr || !wildcard->gaps.empty() || wildcard->parts.size() != 3 ||
        !wildcard->parts.front().empty() || !wildcard->parts.back().empty())
      return;
    WarnInQuery(asked, node.span,
                {.code = "leading-wildcard",
                 .message = "a text between two stars is a substring",
                 .hint = fmt::format("say so: ~ \"{}\"", wildcard->parts[1]),
                 .fix_in_query = Substring(asked, node.span)},
                diagnostics);
  });
}

}  // namespace riposte::lint
