#include "rules/lint/invisible_character.h"

#include <fmt/format.h>

#include "base/unicode.h"
#include "rules/lint/clauses.h"
#include "rules/lint/finding.h"

namespace riposte::lint {

namespace {

// No-break space, soft hyphen, zero-width characters, byte order mark. Those that turn the
// direction of text are left out: rules look for them.
bool IsInvisible(char32_t c) {
  return c == 0xa0 || c == 0xad || (c >= 0x200b && c <= 0x200d) || c == 0x2060 || c == 0xfeff;
}

// The first one; 0: none.
char32_t FindInvisible(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const unicode::Decoded decoded = unicode::Decode(text, at);
    if (decoded.valid && IsInvisible(decoded.code_point)) return decoded.code_point;
    at += decoded.length;
  }
  return 0;
}

}  // namespace

void CheckInvisibleCharacter(const RuleQuery& asked, const schema::Schema&,
                             text::Diagnostics& diagnostics) {
  ForEachClause(asked.written, [&](const query::Node& node, bool) {
    std::vector<std::string> texts = LiteralsOf(node.predicate);
    if (const auto* regex = std::get_if<query::Matches>(&node.predicate))
      texts.push_back(regex->pattern);
    for (const std::string& text : texts) {
      const char32_t found = FindInvisible(text);
      if (found == 0) continue;
      return WarnInQuery(
          asked, node.span,
          {.code = "invisible-character",
           .message = fmt::format("the value has an invisible character in it, U+{:04X}",
                                  static_cast<uint32_t>(found)),
           .hint = "type it anew; in a regular expression it can be written \\x{...}"},
          diagnostics);
    }
  });
}

}  // namespace riposte::lint
