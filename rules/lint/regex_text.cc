#include "rules/lint/regex_text.h"

#include <algorithm>

#include "base/unicode.h"

namespace riposte::lint {
namespace {

using Kind = RegexPiece::Kind;

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

class Cutter {
 public:
  explicit Cutter(std::string_view pattern) : pattern_(pattern) {}

  std::vector<RegexPiece> Run() {
    while (at_ < pattern_.size()) {
      const size_t begin = at_;
      Next();
      RegexPiece& piece = pieces_.back();
      TakeQuantifier(piece);
      piece.span = {static_cast<uint32_t>(begin), static_cast<uint32_t>(at_)};
    }
    return std::move(pieces_);
  }

 private:
  char Peek(size_t ahead = 0) const {
    return at_ + ahead < pattern_.size() ? pattern_[at_ + ahead] : '\0';
  }

  void Add(Kind kind, size_t length, std::string literal = {}, bool escaped = false) {
    pieces_.push_back({.kind = kind,
                       .literal = std::move(literal),
                       .escaped = escaped,
                       .repeated = false,
                       .optional = false,
                       .span = {}});
    at_ = std::min(at_ + length, pattern_.size());
  }

  void Next() {
    switch (Peek()) {
      case '\\':
        return Escape();
      case '[':
        return Add(Kind::kClass, ClassLength());
      case '.':
        return Add(Kind::kDot, 1);
      case '^':
      case '$':
        return Add(Kind::kAnchor, 1);
      case '(':
        return Add(Kind::kOther, OpeningLength());
      case ')':
      case '|':
        return Add(Kind::kOther, 1);
      default: {
        const size_t length = unicode::Decode(pattern_, at_).length;
        return Add(Kind::kLiteral, length, std::string(pattern_.substr(at_, length)));
      }
    }
  }

  void Escape() {
    const char c = Peek(1);
    if (c == 'Q') return Quotation();
    if (c == 'p' || c == 'P') {
      const size_t close = pattern_.find('}', at_);
      return Add(Kind::kClass,
                 Peek(2) == '{' && close != std::string_view::npos ? close + 1 - at_ : 3);
    }
    if (c == 'x') {
      const size_t close = pattern_.find('}', at_);
      return Add(Kind::kClass,
                 Peek(2) == '{' && close != std::string_view::npos ? close + 1 - at_ : 4);
    }
    if (c == 'b' || c == 'B' || c == 'A' || c == 'z') return Add(Kind::kAnchor, 2);
    // Classes, and control characters by letter or number: nothing that checks read.
    if (IsLetter(c) || IsDigit(c)) return Add(Kind::kClass, 2);
    Add(Kind::kLiteral, 2, std::string(1, c), true);
  }

  void Quotation() {
    const size_t end = std::min(pattern_.find("\\E", at_ + 2), pattern_.size());
    for (at_ += 2; at_ < end;) {
      const size_t begin = at_;
      const size_t length = unicode::Decode(pattern_, at_).length;
      Add(Kind::kLiteral, length, std::string(pattern_.substr(at_, length)), true);
      pieces_.back().span = {static_cast<uint32_t>(begin), static_cast<uint32_t>(at_)};
    }
    at_ = std::min(end + 2, pattern_.size());
    Add(Kind::kOther, 0);  // so that a quantifier behind it is no one else's
  }

  // From `[` to its `]`: a `]` that comes first, and one of `[:alpha:]`, do not end it.
  size_t ClassLength() const {
    size_t i = at_ + 1;
    if (i < pattern_.size() && pattern_[i] == '^') ++i;
    if (i < pattern_.size() && pattern_[i] == ']') ++i;
    while (i < pattern_.size() && pattern_[i] != ']') {
      const size_t named =
          pattern_.substr(i).starts_with("[:") ? pattern_.find(":]", i) : std::string_view::npos;
      if (named != std::string_view::npos) {
        i = named + 2;
      } else {
        i += pattern_[i] == '\\' ? 2 : 1;
      }
    }
    return std::min(i + 1, pattern_.size()) - at_;
  }

  // `(`, `(?:`, `(?i)`, `(?i:`, `(?P<name>`.
  size_t OpeningLength() const {
    if (Peek(1) != '?') return 1;
    const size_t end = pattern_.find_first_of(":)>", at_);
    return end == std::string_view::npos ? pattern_.size() - at_ : end + 1 - at_;
  }

  void TakeQuantifier(RegexPiece& piece) {
    const char c = Peek();
    if (c == '*' || c == '?' || c == '+') {
      piece.optional = c != '+';
      ++at_;
    } else if (c == '{' && IsDigit(Peek(1))) {
      piece.optional = Peek(1) == '0';
      at_ = std::min(pattern_.find('}', at_), pattern_.size() - 1) + 1;
    } else {
      return;
    }
    piece.repeated = true;
    if (Peek() == '?') ++at_;
  }

  std::string_view pattern_;
  size_t at_ = 0;
  std::vector<RegexPiece> pieces_;
};

}  // namespace

std::vector<RegexPiece> PiecesOf(std::string_view pattern) { return Cutter(pattern).Run(); }

bool HasFlags(std::string_view pattern) {
  for (const RegexPiece& piece : PiecesOf(pattern)) {
    const std::string_view text =
        pattern.substr(piece.span.begin, piece.span.end - piece.span.begin);
    if (text.starts_with("(?") && text.size() > 2 && (IsLetter(text[2]) || text[2] == '-') &&
        text[2] != 'P')
      return true;
  }
  return false;
}

std::optional<PlainRegex> ReadPlain(std::string_view pattern) {
  PlainRegex plain;
  const std::vector<RegexPiece> pieces = PiecesOf(pattern);
  for (size_t i = 0; i < pieces.size(); ++i) {
    const RegexPiece& piece = pieces[i];
    const std::string_view text =
        pattern.substr(piece.span.begin, piece.span.end - piece.span.begin);
    if (piece.kind == Kind::kLiteral && !piece.repeated) {
      plain.text += piece.literal;
    } else if (i == 0 && text == "^") {
      plain.from_begin = true;
    } else if (i + 1 == pieces.size() && text == "$") {
      plain.to_end = true;
    } else {
      return std::nullopt;
    }
  }
  if (plain.text.empty()) return std::nullopt;
  return plain;
}

}  // namespace riposte::lint
