// Whether a text stands in another: what is asked most often of long values.
#pragma once

#include <cstddef>
#include <string_view>

namespace riposte {

// text.find(part), by vector instructions where the processor has them: it looks for the part's
// first and last byte at once, in several places, so that a common first byte costs little.
size_t FindPart(std::string_view text, std::string_view part);

inline bool HasPart(std::string_view text, std::string_view part) {
  return FindPart(text, part) != std::string_view::npos;
}

}  // namespace riposte
