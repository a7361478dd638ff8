#include "rules/query/text_match.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/check.h"

namespace riposte::query {
namespace {

bool Continues(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

// The place `count` code points behind `at`; none if the text ends before.
std::optional<size_t> Forward(std::string_view text, size_t at, size_t count) {
  for (; count > 0; --count) {
    if (at == text.size()) return std::nullopt;
    do ++at;
    while (at < text.size() && Continues(text[at]));
  }
  return at;
}

// The place `count` code points before the end.
std::optional<size_t> BeforeEnd(std::string_view text, size_t count) {
  size_t at = text.size();
  for (; count > 0; --count) {
    if (at == 0) return std::nullopt;
    do --at;
    while (at > 0 && Continues(text[at]));
  }
  return at;
}

size_t CodePoints(std::string_view text) {
  size_t count = 0;
  for (const char byte : text) count += Continues(byte) ? 0 : 1;
  return count;
}

// A wildcard with gaps of a given width. Parts that no open gap separates are a run: it is of fixed
// width in code points, so that the leftmost place of each inner run leaves the most room for those
// behind it.
class GapMatch {
 public:
  GapMatch(const Wildcard& wildcard, std::string_view text) : wildcard_(wildcard), text_(text) {}

  bool Run() const {
    size_t last = LastOfRun(0);
    std::optional<size_t> at = MatchRun(0, last, 0);
    while (at && last + 1 < wildcard_.parts.size()) {
      const size_t first = last + 1;
      last = LastOfRun(first);
      at = Forward(text_, *at, wildcard_.gaps[first - 1].characters);
      if (at)
        at =
            last + 1 == wildcard_.parts.size() ? MatchAtEnd(first, *at) : FindRun(first, last, *at);
    }
    return at == text_.size();
  }

 private:
  size_t LastOfRun(size_t first) const {
    while (first < wildcard_.gaps.size() && !wildcard_.gaps[first].open) ++first;
    return first;
  }

  // Where the run ends if it stands at `at`.
  std::optional<size_t> MatchRun(size_t first, size_t last, size_t at) const {
    for (size_t i = first;; ++i) {
      const std::string& part = wildcard_.parts[i];
      if (text_.compare(at, part.size(), part) != 0) return std::nullopt;
      at += part.size();
      if (i == last) return at;
      const std::optional<size_t> next = Forward(text_, at, wildcard_.gaps[i].characters);
      if (!next) return std::nullopt;
      at = *next;
    }
  }

  // Where the leftmost run from `at` on ends.
  std::optional<size_t> FindRun(size_t first, size_t last, size_t at) const {
    for (std::optional<size_t> start = at; start; start = Forward(text_, *start, 1))
      if (const std::optional<size_t> end = MatchRun(first, last, *start)) return end;
    return std::nullopt;
  }

  // The text's end, if the last run stands there, not before `at`.
  std::optional<size_t> MatchAtEnd(size_t first, size_t at) const {
    size_t width = CodePoints(wildcard_.parts[first]);
    for (size_t i = first; i < wildcard_.gaps.size(); ++i)
      width += wildcard_.gaps[i].characters + CodePoints(wildcard_.parts[i + 1]);
    const std::optional<size_t> start = BeforeEnd(text_, width);
    if (!start || *start < at) return std::nullopt;
    return MatchRun(first, wildcard_.gaps.size(), *start);
  }

  const Wildcard& wildcard_;
  std::string_view text_;
};

}  // namespace

bool MatchesWildcard(const Wildcard& wildcard, std::string_view text) {
  if (!wildcard.gaps.empty()) return GapMatch(wildcard, text).Run();
  const std::vector<std::string>& parts = wildcard.parts;
  const std::string_view first = parts.front();
  const std::string_view last = parts.back();
  if (text.size() < first.size() + last.size()) return false;
  if (!text.starts_with(first) || !text.ends_with(last)) return false;
  // Between the two ends the leftmost place of each inner part leaves the most room for those
  // behind it.
  std::string_view rest = text.substr(first.size(), text.size() - first.size() - last.size());
  for (size_t i = 1; i + 1 < parts.size(); ++i) {
    const size_t at = rest.find(parts[i]);
    if (at == std::string_view::npos) return false;
    rest.remove_prefix(at + parts[i].size());
  }
  return true;
}

bool ComparesWith(OtherField::How how, std::string_view text, std::string_view other) {
  switch (how) {
    case OtherField::How::kEquals:
      return text == other;
    case OtherField::How::kContains:
      return text.find(other) != std::string_view::npos;
    case OtherField::How::kStartsWith:
      return text.starts_with(other);
    case OtherField::How::kEndsWith:
      return text.ends_with(other);
  }
  RIPOSTE_CHECK(false, "a comparison of an unknown kind");
}

bool HasPhrase(const Phrase& phrase, std::span<const std::string_view> words) {
  const size_t count = phrase.words.size();
  for (size_t begin = 0; begin + count <= words.size(); ++begin) {
    size_t same = 0;
    while (same + 1 < count && words[begin + same] == phrase.words[same]) ++same;
    if (same + 1 < count) continue;
    const std::string_view last = words[begin + same];
    if (last == phrase.words[same] ||
        (phrase.last_is_prefix && last.starts_with(phrase.words[same])))
      return true;
  }
  return false;
}

}  // namespace riposte::query
