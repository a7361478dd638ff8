#include "base/regex_shortest.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

namespace riposte {
namespace {

// Reads a pattern's outermost level from left to right.
class Reader {
 public:
  explicit Reader(std::string_view pattern) : rest_(pattern) {}

  size_t Run() {
    size_t bytes = 0;
    while (!rest_.empty()) {
      const std::optional<size_t> atom = Atom();
      if (!atom) return 0;
      bytes += *atom * LeastRepetitions();
    }
    return bytes;
  }

 private:
  // What the next atom takes at least, 0 or 1; empty: nothing can be said of the pattern.
  std::optional<size_t> Atom() {
    const char c = rest_.front();
    switch (c) {
      case '|':
      case '*':
      case '+':
      case '?':
        return std::nullopt;
      case '{':
        // Else it stands for itself.
        if (SkipCount()) return std::nullopt;
        SkipCharacter();
        return 1;
      case '^':
      case '$':
        rest_.remove_prefix(1);
        return 0;
      case '(':
        // Behind flags alone, "(?i)*", an operator would be about the atom before.
        if (SkipFlags()) return AtOperator() ? std::nullopt : std::optional<size_t>(0);
        return SkipGroup() ? std::optional<size_t>(0) : std::nullopt;
      case '[':
        return SkipClass() ? std::optional<size_t>(1) : std::nullopt;
      case '\\':
        return SkipEscape();
      default:
        SkipCharacter();
        return 1;
    }
  }

  // Any case and any fold of a character may have a single byte.
  void SkipCharacter() {
    rest_.remove_prefix(1);
    while (!rest_.empty() && (static_cast<unsigned char>(rest_.front()) & 0xC0u) == 0x80)
      rest_.remove_prefix(1);
  }

  std::optional<size_t> SkipEscape() {
    constexpr std::string_view kOfOneCharacter = "dDsSwWafnrtv";
    constexpr std::string_view kOfNone = "bBAz";
    rest_.remove_prefix(1);
    if (rest_.empty()) return std::nullopt;
    const char c = rest_.front();
    const bool is_letter_or_digit =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    const bool is_none = kOfNone.find(c) != std::string_view::npos;
    // Others are longer: \x41, \p{Greek}, \Q...\E, \123.
    if (is_letter_or_digit && !is_none && kOfOneCharacter.find(c) == std::string_view::npos)
      return std::nullopt;
    SkipCharacter();
    return is_none ? 0 : 1;
  }

  bool AtOperator() const { return !rest_.empty() && std::strchr("*+?{", rest_.front()); }

  // "(?i)", "(?s-m)"
  bool SkipFlags() {
    if (!rest_.starts_with("(?")) return false;
    const size_t end = rest_.find_first_not_of("imsU-", 2);
    if (end == std::string_view::npos || rest_[end] != ')') return false;
    rest_.remove_prefix(end + 1);
    return true;
  }

  bool SkipGroup() {
    size_t depth = 0;
    while (!rest_.empty()) {
      const char c = rest_.front();
      if (c == '[') {
        if (!SkipClass()) return false;
        continue;
      }
      if (c == '\\') {
        if (!SkipEscape()) return false;
        continue;
      }
      rest_.remove_prefix(1);
      if (c == '(') ++depth;
      if (c == ')' && --depth == 0) return true;
    }
    return false;
  }

  bool SkipClass() {
    rest_.remove_prefix(1);
    if (rest_.starts_with('^')) rest_.remove_prefix(1);
    // Here it stands for itself.
    if (rest_.starts_with(']')) rest_.remove_prefix(1);
    while (!rest_.empty()) {
      const char c = rest_.front();
      if (c == '[' && rest_.starts_with("[:")) {
        const size_t end = rest_.find(":]");
        if (end != std::string_view::npos) {
          rest_.remove_prefix(end + 2);
          continue;
        }
      }
      rest_.remove_prefix(1);
      if (c == ']') return true;
      if (c == '\\' && !rest_.empty()) SkipCharacter();
    }
    return false;
  }

  // Of the atom that was read, by the operator behind it; 1 if there is none.
  size_t LeastRepetitions() {
    if (rest_.empty()) return 1;
    size_t least = 1;
    switch (rest_.front()) {
      case '*':
      case '?':
        least = 0;
        rest_.remove_prefix(1);
        break;
      case '+':
        rest_.remove_prefix(1);
        break;
      case '{': {
        const std::optional<size_t> count = SkipCount();
        if (!count) return 1;  // the brace stands for itself
        least = *count;
        break;
      }
      default:
        return 1;
    }
    if (rest_.starts_with('?')) rest_.remove_prefix(1);
    return least;
  }

  // "{2}", "{2,}", "{2,5}": the first number.
  std::optional<size_t> SkipCount() {
    const size_t end = rest_.find('}');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view inside = rest_.substr(1, end - 1);
    const std::string_view first = inside.substr(0, inside.find(','));
    const std::string_view behind = inside.substr(std::min(first.size() + 1, inside.size()));
    size_t count = 0;
    const auto read = std::from_chars(first.data(), first.data() + first.size(), count);
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (first.empty() || read.ec != std::errc() || read.ptr != first.data() + first.size() ||
        !std::all_of(behind.begin(), behind.end(), is_digit))
      return std::nullopt;
    rest_.remove_prefix(end + 1);
    return count;
  }

  std::string_view rest_;
};

}  // namespace

size_t ShortestMatchBytes(std::string_view pattern) { return Reader(pattern).Run(); }

}  // namespace riposte
