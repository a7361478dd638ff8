#include "rules/lint/open_dot.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/unicode.h"
#include "rules/lint/clauses.h"
#include "rules/lint/finding.h"
#include "rules/lint/regex_text.h"

namespace riposte::lint {

namespace {

constexpr std::string_view kEndings[] = {"exe", "dll", "sys", "scr", "msi", "bat", "cmd",
                                         "ps1", "vbs", "hta", "lnk", "com", "net", "org"};

bool IsNamePart(const RegexPiece& piece) {
  if (piece.kind != RegexPiece::Kind::kLiteral || piece.literal.size() != 1) return false;
  const char c = piece.literal.front();
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// The ending that follows piece `dot`, if it is one of a file or a host.
std::string_view EndingBehind(const std::vector<RegexPiece>& pieces, size_t dot) {
  std::string text;
  for (size_t i = dot + 1; i < pieces.size() && IsNamePart(pieces[i]); ++i)
    text += pieces[i].literal;
  text = unicode::Fold(text);
  const auto* found = std::find(std::begin(kEndings), std::end(kEndings), text);
  return found == std::end(kEndings) ? std::string_view() : *found;
}

}  // namespace

void CheckOpenDot(const RuleQuery& asked, const schema::Schema&, text::Diagnostics& diagnostics) {
  ForEachClause(asked.written, [&](const query::Node& node, bool) {
    const auto* regex = std::get_if<query::Matches>(&node.predicate);
    if (regex == nullptr) return;
    const std::vector<RegexPiece> pieces = PiecesOf(regex->pattern);
    for (size_t i = 1; i + 1 < pieces.size(); ++i) {
      const bool lone = pieces[i].kind == RegexPiece::Kind::kDot && !pieces[i].repeated;
      if (!lone || !IsNamePart(pieces[i - 1])) continue;
      const std::string_view ending = EndingBehind(pieces, i);
      if (ending.empty()) continue;
      return WarnInQuery(
          asked, node.span,
          {.code = "open-dot",
           .message = fmt::format("the dot in front of '{}' stands for any character", ending),
           .hint = fmt::format("write '\\.{}'", ending)},
          diagnostics);
    }
  });
}

}  // namespace riposte::lint
