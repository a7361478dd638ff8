#include "rules/lint/regex_padding.h"

#include "rules/lint/clauses.h"
#include "rules/lint/finding.h"
#include "rules/lint/regex_text.h"

namespace riposte::lint {

namespace {

bool IsAnything(std::string_view pattern, const RegexPiece& piece) {
  const std::string_view text = pattern.substr(piece.span.begin, piece.span.end - piece.span.begin);
  return piece.kind == RegexPiece::Kind::kDot && (text == ".*" || text == ".*?");
}

// Where the padding stands in the query.
std::optional<text::Fix> Removal(const RuleQuery& asked, text::Span span, std::string_view padding,
                                 bool at_begin) {
  if (span.end > asked.text.size() || span.begin >= span.end) return std::nullopt;
  const std::string_view written =
      std::string_view(asked.text).substr(span.begin, span.end - span.begin);
  const size_t open = written.find('/');
  const size_t close = written.rfind('/');
  if (open == std::string_view::npos || close - open <= padding.size()) return std::nullopt;
  const size_t at = at_begin ? open + 1 : close - padding.size();
  if (written.substr(at, padding.size()) != padding) return std::nullopt;
  const uint32_t begin = span.begin + static_cast<uint32_t>(at);
  return text::Fix{.span = {.begin = begin, .end = begin + static_cast<uint32_t>(padding.size())},
                   .replacement = ""};
}

}  // namespace

void CheckRegexPadding(const RuleQuery& asked, const schema::Schema&,
                       text::Diagnostics& diagnostics) {
  ForEachClause(asked.written, [&](const query::Node& node, bool) {
    const auto* regex = std::get_if<query::Matches>(&node.predicate);
    if (regex == nullptr) return;
    const std::string_view pattern = regex->pattern;
    const std::vector<RegexPiece> pieces = PiecesOf(pattern);
    if (pieces.size() < 2) return;
    const bool at_begin = IsAnything(pattern, pieces.front());
    const RegexPiece& piece = at_begin ? pieces.front() : pieces.back();
    if (!IsAnything(pattern, piece)) return;
    const std::string_view padding =
        pattern.substr(piece.span.begin, piece.span.end - piece.span.begin);
    WarnInQuery(asked, node.span,
                {.code = "regex-padding",
                 .message = "the regular expression is searched for anywhere: '.*' at its end or "
                            "beginning adds nothing",
                 .hint = "leave it out",
                 .fix_in_query = Removal(asked, node.span, padding, at_begin)},
                diagnostics);
  });
}

}  // namespace riposte::lint
