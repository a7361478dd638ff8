// What stands to the right of a token, before its type is known.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rules/text/source.h"

namespace riposte::qql {

enum class Operator : uint8_t {
  kIs,     // ":" and "="
  kIsNot,  // "!="
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kContains,  // "~"
};

// One value, its escapes resolved.
struct Scalar {
  enum class Form : uint8_t { kQuoted, kBacktick, kBare };
  Form form = Form::kBare;
  // One part more than there are wildcards; wildcards next to each other are one.
  std::vector<std::string> parts;
  // It has a `\*` in what looks like a path, where people mean a backslash and a wildcard.
  bool escaped_star_in_path = false;
  text::Span span;  // quotes included

  bool has_wildcard() const { return parts.size() > 1; }
  // Of a scalar without wildcards.
  const std::string& text() const { return parts.front(); }
};

struct Value {
  enum class Kind : uint8_t { kScalar, kList, kRange, kRegex };
  Kind kind = Kind::kScalar;
  std::vector<Scalar> scalars;  // one; of a list all, of a range both ends; of a regex none
  bool low_inclusive = true;    // of a range
  bool high_inclusive = true;
  std::string pattern;  // of a regex
  bool ignore_case = false;
  text::Span span;
};

// Resolves escapes and wildcards of a value without its quotes.
Scalar MakeScalar(std::string_view raw, Scalar::Form form, text::Span span);

}  // namespace riposte::qql
