#include "rules/lint/bad_hash.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/unicode.h"
#include "rules/lint/clauses.h"
#include "rules/lint/finding.h"

namespace riposte::lint {

namespace {

// Hexadecimal digits of the hash that a token holds, by the last part of its name; 0: none.
size_t DigitsOf(const schema::Token& token) {
  const std::string name = unicode::Fold(token.name);
  const std::string_view part = std::string_view(name).substr(name.rfind('.') + 1);
  if (part == "md5" || part == "imphash") return 32;
  if (part == "sha1") return 40;
  return part == "sha256" ? 64 : 0;
}

bool IsHex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

}  // namespace

void CheckBadHash(const RuleQuery& asked, const schema::Schema& schema,
                  text::Diagnostics& diagnostics) {
  ForEachClause(asked.written, [&](const query::Node& node, bool) {
    const auto* equals = std::get_if<query::Equals>(&node.predicate);
    const schema::Token& token = schema.catalogue.token(node.field);
    const size_t digits = DigitsOf(token);
    if (equals == nullptr || digits == 0 || equals->text.empty()) return;
    const std::string& text = equals->text;
    if (text.size() == digits && std::all_of(text.begin(), text.end(), IsHex)) return;
    WarnInQuery(
        asked, node.span,
        {.code = "bad-hash",
         .message = fmt::format("no '{}' is written like that: it has {} hexadecimal digits",
                                token.name, digits),
         .hint = text.size() == digits ? "a character is no hexadecimal digit"
                                       : fmt::format("this has {} characters", text.size())},
        diagnostics);
  });
}

}  // namespace riposte::lint
