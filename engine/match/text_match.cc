#include "engine/match/text_match.h"

#include <cstddef>
#include <string>
#include <vector>

namespace riposte::match {

bool MatchesWildcard(const query::Wildcard& wildcard, std::string_view text) {
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

bool HasPhrase(const query::Phrase& phrase, std::span<const std::string_view> words) {
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

}  // namespace riposte::match
