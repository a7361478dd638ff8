#include "engine/match/word_memo.h"

#include "base/unicode.h"

namespace riposte::match {

void WordMemo::Clear() {
  entries_.clear();
  words_.clear();
}

std::span<const std::string_view> WordMemo::Words(const event::Value& value) {
  for (const Entry& entry : entries_)
    if (entry.value == &value) return std::span(words_).subspan(entry.begin, entry.count);
  if (entries_.size() == kMaxRemembered) {
    unremembered_.clear();
    unicode::Words(value.folded, unremembered_);
    return unremembered_;
  }
  const size_t begin = words_.size();
  unicode::Words(value.folded, words_);
  entries_.push_back({.value = &value, .begin = begin, .count = words_.size() - begin});
  return std::span(words_).subspan(begin);
}

}  // namespace riposte::match
