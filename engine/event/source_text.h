// The strings of a JSON text, each read only when something needs it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/event/arena.h"
#include "engine/event/escapes.h"

namespace riposte::event {

// One text after the other; keeps its memory. One thread.
class SourceText {
 public:
  // The offset of the first malformed escape, or empty: all are well-formed. `text` is shorter than
  // 4 GiB and outlives what is read of it.
  std::optional<size_t> Begin(std::string_view text, bool is_valid_utf8) {
    text_ = text;
    is_valid_utf8_ = is_valid_utf8;
    return escapes_.Build(text);
  }
  bool has_lone_surrogate() const { return escapes_.has_lone_surrogate(); }

  // What the string with this content, a part of the text, stands for: its escapes decoded, valid
  // UTF-8. A view of the text where that is so already, else of the arena.
  std::string_view Read(std::string_view content, Arena& arena) {
    const auto begin = static_cast<uint32_t>(content.data() - text_.data());
    const auto end = begin + static_cast<uint32_t>(content.size());
    if (is_valid_utf8_ && escapes_.Next(begin, end) == end) return content;
    return Decode(begin, end, arena);
  }

 private:
  std::string_view Decode(uint32_t begin, uint32_t end, Arena& arena);

  EscapeIndex escapes_;
  std::string_view text_;
  bool is_valid_utf8_ = true;
  std::string repaired_;
};

}  // namespace riposte::event
