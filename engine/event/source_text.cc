#include "engine/event/source_text.h"

#include "base/unicode.h"

namespace riposte::event {

std::string_view SourceText::Decode(uint32_t begin, uint32_t end, Arena& arena) {
  std::string_view text = text_.substr(begin, end - begin);
  if (escapes_.Next(begin, end) != end) {
    char* const out = arena.Allocate(end - begin + kUnescapeSlack);
    char* const out_end = Unescape(text_, begin, end, escapes_, out);
    arena.GiveBack(out_end);
    text = {out, static_cast<size_t>(out_end - out)};
  }
  if (!is_valid_utf8_) {
    repaired_.clear();
    if (unicode::RepairUtf8Append(text, repaired_)) text = arena.Copy(repaired_);
  }
  return text;
}

}  // namespace riposte::event
