#include "base/find.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <bit>
#include <cstring>

namespace riposte {

size_t FindPart(std::string_view text, std::string_view part) {
  size_t at = 0;
#if defined(__SSE2__)
  constexpr size_t kVector = sizeof(__m128i);
  if (part.size() >= 2) {
    const __m128i first = _mm_set1_epi8(part.front());
    const __m128i last = _mm_set1_epi8(part.back());
    const auto equal = [&](const char* bytes, __m128i to) {
      return _mm_cmpeq_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes)), to);
    };
    for (; at + part.size() - 1 + kVector <= text.size(); at += kVector) {
      const char* const begin = text.data() + at;
      auto places = static_cast<unsigned>(_mm_movemask_epi8(
          _mm_and_si128(equal(begin, first), equal(begin + part.size() - 1, last))));
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
