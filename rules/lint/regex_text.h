// A regular expression (RE2 syntax, valid) cut into pieces, as far as checks look into it. No
// judge of what it matches: RE2 is.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/text/source.h"

namespace riposte::lint {

struct RegexPiece {
  enum class Kind : uint8_t {
    kLiteral,  // one character, perhaps written as an escape (`\.`)
    kDot,
    kClass,   // [a-z], \d, \pL
    kAnchor,  // ^ $ \b \A \z
    kOther,   // brackets, alternatives, flags
  };
  Kind kind = Kind::kOther;
  std::string literal;    // kLiteral: the character
  bool escaped = false;   // kLiteral: written with a backslash
  bool repeated = false;  // a quantifier follows
  bool optional = false;  // one that allows none of it
  text::Span span;        // in the pattern, its quantifier included
};

// In the order of the text; quantifiers belong to the piece before them. `\Q...\E` gives literals.
std::vector<RegexPiece> PiecesOf(std::string_view pattern);

// Whether it sets flags of its own: `(?i)`, `(?-s:...)`.
bool HasFlags(std::string_view pattern);

// A regular expression that is a text, perhaps tied to the value's ends.
struct PlainRegex {
  std::string text;
  bool from_begin = false, to_end = false;
};
// Empty if there is more in it.
std::optional<PlainRegex> ReadPlain(std::string_view pattern);

}  // namespace riposte::lint
