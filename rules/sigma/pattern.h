// A text value of a Sigma rule: plain text with wildcards in it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rules/query/expression.h"

namespace riposte::sigma {

struct Pattern {
  struct Piece {
    enum class Kind : uint8_t { kText, kStar, kOne };
    Kind kind = Kind::kText;
    std::string text{};  // of kText, not empty
    bool operator==(const Piece&) const = default;
  };
  std::vector<Piece> pieces{};  // no two texts next to each other
  bool operator==(const Pattern&) const = default;

  bool HasWildcard() const;
  std::string Text() const;  // of the text pieces
  void AddText(std::string_view text);
  void AddWildcard(Piece::Kind kind);
};

// The value as the specification reads it: `*` is any text, `?` one character, and a backslash
// before one of these or before a backslash makes it plain; any other backslash is itself.
Pattern ParsePattern(std::string_view value);
// The text without wildcards, whatever stands in it.
Pattern PlainText(std::string_view text);

// The predicate for the whole value of a field; folded unless `cased`.
query::Predicate ToPredicate(const Pattern& pattern, bool cased);

// The pattern with each of `-`, `/`, en dash, em dash and horizontal bar replaced by each of them:
// five variants a place. Empty if there are more places than kMaxDashes.
inline constexpr size_t kMaxDashes = 5;
std::vector<Pattern> DashVariants(const Pattern& pattern);

}  // namespace riposte::sigma
