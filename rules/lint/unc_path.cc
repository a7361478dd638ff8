#include "rules/lint/unc_path.h"

#include "rules/lint/clauses.h"
#include "rules/lint/finding.h"
#include "rules/lint/regex_text.h"
#include "rules/lint/tokens.h"

namespace riposte::lint {

namespace {

bool IsLetterOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// What the value begins with; empty where that is open.
std::string BeginningOf(const query::Predicate& predicate) {
  if (const auto* equals = std::get_if<query::Equals>(&predicate)) return equals->text;
  if (const auto* wildcard = std::get_if<query::Wildcard>(&predicate))
    return wildcard->parts.front();
  const auto* regex = std::get_if<query::Matches>(&predicate);
  if (regex == nullptr) return {};
  const std::vector<RegexPiece> pieces = PiecesOf(regex->pattern);
  if (pieces.empty() || regex->pattern.front() != '^') return {};
  std::string text;
  for (size_t i = 1; i < pieces.size(); ++i) {
    if (pieces[i].kind != RegexPiece::Kind::kLiteral || pieces[i].repeated) break;
    text += pieces[i].literal;
  }
  return text;
}

// The kernel's own names: \Device\HarddiskVolume3, \SystemRoot.
bool IsObjectName(std::string_view text) {
  constexpr std::string_view kNames[] = {"\\device\\", "\\systemroot"};
  for (const std::string_view name : kNames) {
    const std::string_view begin = text.substr(0, name.size());
    bool same = begin.size() == name.size();
    for (size_t i = 0; same && i < name.size(); ++i) same = (begin[i] | 0x20) == (name[i] | 0x20);
    if (same) return true;
  }
  return false;
}

}  // namespace

void CheckUncPath(const RuleQuery& asked, const schema::Schema& schema,
                  text::Diagnostics& diagnostics) {
  ForEachClause(asked.written, [&](const query::Node& node, bool) {
    if (!IsFullPath(schema.catalogue, node.field)) return;
    const std::string text = BeginningOf(node.predicate);
    if (text.size() < 2 || text[0] != '\\' || !IsLetterOrDigit(text[1]) || IsObjectName(text))
      return;
    WarnInQuery(asked, node.span,
                {.code = "unc-path",
                 .message = "no full path begins with one backslash",
                 .hint = std::holds_alternative<query::Matches>(node.predicate)
                             ? "a path on a server begins with '\\\\\\\\' in a regular expression"
                             : "a path on a server begins with two, any other with a drive"},
                diagnostics);
  });
}

}  // namespace riposte::lint
