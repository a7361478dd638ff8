#include "base/clip.h"

#include <cstdint>

namespace riposte {

std::string_view Clip(std::string_view text, size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  size_t end = bytes_max;
  // A continuation byte is 10xxxxxx; at most three follow a first byte.
  while (end > 0 && bytes_max - end < 3 && (static_cast<uint8_t>(text[end]) & 0xc0u) == 0x80u)
    --end;
  return text.substr(0, end);
}

}  // namespace riposte
