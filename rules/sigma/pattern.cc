#include "rules/sigma/pattern.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/unicode.h"

namespace riposte::sigma {
namespace {

using Kind = Pattern::Piece::Kind;

constexpr std::array<std::string_view, 5> kDashes = {"-", "/", "\u2013", "\u2014", "\u2015"};

// The dash at byte `at` of the text; empty if there is none.
std::string_view DashAt(std::string_view text, size_t at) {
  for (const std::string_view dash : kDashes)
    if (text.substr(at).starts_with(dash)) return dash;
  return {};
}

// The texts between the dashes, across all pieces; what is no text stays where it is.
size_t CountDashes(const Pattern& pattern) {
  size_t count = 0;
  for (const Pattern::Piece& piece : pattern.pieces)
    for (size_t at = 0; at < piece.text.size(); ++at)
      count += DashAt(piece.text, at).empty() ? 0 : 1;
  return count;
}

// The variant whose dashes are the digits of `number` to the base of five.
Pattern Variant(const Pattern& pattern, size_t number) {
  Pattern variant = pattern;
  for (Pattern::Piece& piece : variant.pieces) {
    std::string text;
    for (size_t at = 0; at < piece.text.size();) {
      const std::string_view dash = DashAt(piece.text, at);
      if (dash.empty()) {
        text += piece.text[at++];
      } else {
        text += kDashes[std::exchange(number, number / kDashes.size()) % kDashes.size()];
        at += dash.size();
      }
    }
    piece.text = std::move(text);
  }
  return variant;
}

}  // namespace

bool Pattern::HasWildcard() const {
  return std::ranges::any_of(pieces, [](const Piece& piece) { return piece.kind != Kind::kText; });
}

std::string Pattern::Text() const {
  std::string text;
  for (const Piece& piece : pieces) text += piece.text;
  return text;
}

void Pattern::AddText(std::string_view text) {
  if (text.empty()) return;
  if (pieces.empty() || pieces.back().kind != Kind::kText) pieces.emplace_back();
  pieces.back().text += text;
}

void Pattern::AddWildcard(Piece::Kind kind) { pieces.push_back({.kind = kind}); }

Pattern ParsePattern(std::string_view value) {
  Pattern pattern;
  for (size_t at = 0; at < value.size(); ++at) {
    const char c = value[at];
    const char next = at + 1 < value.size() ? value[at + 1] : '\0';
    if (c == '\\' && (next == '*' || next == '?' || next == '\\')) {
      pattern.AddText(value.substr(++at, 1));
    } else if (c == '*') {
      pattern.AddWildcard(Kind::kStar);
    } else if (c == '?') {
      pattern.AddWildcard(Kind::kOne);
    } else {
      pattern.AddText(value.substr(at, 1));
    }
  }
  return pattern;
}

Pattern PlainText(std::string_view text) {
  Pattern pattern;
  pattern.AddText(text);
  return pattern;
}

query::Predicate ToPredicate(const Pattern& pattern, bool cased) {
  std::vector<std::string> parts(1);
  std::vector<query::Gap> gaps;
  for (const Pattern::Piece& piece : pattern.pieces) {
    if (piece.kind == Kind::kText) {
      parts.back() += cased ? piece.text : unicode::Fold(piece.text);
      continue;
    }
    // Wildcards next to each other are one gap.
    if (gaps.empty() || !parts.back().empty()) {
      gaps.push_back({.characters = 0, .open = false});
      parts.emplace_back();
    }
    if (piece.kind == Kind::kStar) gaps.back().open = true;
    if (piece.kind == Kind::kOne) ++gaps.back().characters;
  }
  if (gaps.empty()) return query::Equals{.text = std::move(parts.front()), .cased = cased};
  const bool stars_only =
      std::ranges::all_of(gaps, [](const query::Gap& gap) { return gap == query::Gap{}; });
  if (!stars_only)
    return query::Wildcard{.parts = std::move(parts), .cased = cased, .gaps = std::move(gaps)};
  if (parts.size() == 3 && parts.front().empty() && parts.back().empty())
    return query::Contains{.text = std::move(parts[1]), .cased = cased};
  return query::Wildcard{.parts = std::move(parts), .cased = cased};
}

std::vector<Pattern> DashVariants(const Pattern& pattern) {
  const size_t dashes = CountDashes(pattern);
  if (dashes > kMaxDashes) return {};
  size_t count = 1;
  for (size_t i = 0; i < dashes; ++i) count *= kDashes.size();
  std::vector<Pattern> variants;
  for (size_t number = 0; number < count; ++number) variants.push_back(Variant(pattern, number));
  return variants;
}

}  // namespace riposte::sigma
