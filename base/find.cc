#include "base/find.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <bit>
#include <cstdint>
#include <cstring>

namespace riposte {

size_t FindPart(std::string_view text, std::string_view part) {
  size_t at = 0;
#if defined(__SSE2__)
  if (part.size() >= 2) {
    const __m128i first = _mm_set1_epi8(part.front());
    const __m128i last = _mm_set1_epi8(part.back());
    // As long as a whole vector is left.
    for (; at + part.size() - 1 + sizeof first <= text.size(); at += sizeof first) {
      const char* const begin = text.data() + at;
      const auto equal = [begin](size_t offset, __m128i to) {
        return _mm_cmpeq_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(begin + offset)),
                              to);
      };
      auto places = static_cast<uint32_t>(
          _mm_movemask_epi8(_mm_and_si128(equal(0, first), equal(part.size() - 1, last))));
      for (; places != 0; places &= places - 1) {
        const auto place = static_cast<size_t>(std::countr_zero(places));
        if (std::memcmp(begin + place + 1, part.data() + 1, part.size() - 2) == 0)
          return at + place;
      }
    }
  }
#endif
  return text.find(part, at);
}

}  // namespace riposte
