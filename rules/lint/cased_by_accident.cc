#include "rules/lint/cased_by_accident.h"

#include <algorithm>

#include "rules/lint/clauses.h"
#include "rules/lint/finding.h"
#include "rules/lint/regex_text.h"

namespace riposte::lint {

namespace {

bool IsLetter(const RegexPiece& piece) {
  if (piece.kind != RegexPiece::Kind::kLiteral || piece.literal.size() != 1) return false;
  const char c = piece.literal.front();
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

void CheckCasedByAccident(const RuleQuery& asked, const schema::Schema&,
                          text::Diagnostics& diagnostics) {
  ForEachClause(asked.written, [&](const query::Node& node, bool) {
    const auto* regex = std::get_if<query::Matches>(&node.predicate);
    if (regex == nullptr || regex->ignore_case || HasFlags(regex->pattern)) return;
    // That one is told to be written otherwise.
    if (ReadPlain(regex->pattern)) return;
    const std::vector<RegexPiece> pieces = PiecesOf(regex->pattern);
    if (std::none_of(pieces.begin(), pieces.end(), IsLetter)) return;
    WarnInQuery(asked, node.span,
                {.code = "cased-by-accident",
                 .message = "the regular expression misses other spellings: it minds letter case",
                 .hint = "end it with /i, or begin it with (?-i) if case is meant"},
                diagnostics);
  });
}

}  // namespace riposte::lint
