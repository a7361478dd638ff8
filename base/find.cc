#include "base/find.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <bit>
#include <cstdint>
#include <cstring>

namespace riposte {

#if defined(__x86_64__)

namespace {

// The first of the `places`, a bit for each byte from `begin` on, where the part stands; its first
// and its last byte do already. npos: none.
size_t FirstOf(uint32_t places, const char* begin, std::string_view part) {
  for (; places != 0; places &= places - 1) {
    const auto place = static_cast<size_t>(std::countr_zero(places));
    if (std::memcmp(begin + place + 1, part.data() + 1, part.size() - 2) == 0) return place;
  }
  return std::string_view::npos;
}

// Both search from `at` on, as long as a whole vector is left; `at` becomes where the part stands,
// or where the rest begins. Whether it was found.
bool FindBySse2(std::string_view text, std::string_view part, size_t& at) {
  const __m128i first = _mm_set1_epi8(part.front());
  const __m128i last = _mm_set1_epi8(part.back());
  for (; at + part.size() - 1 + sizeof first <= text.size(); at += sizeof first) {
    const char* const begin = text.data() + at;
    const auto equal = [begin](size_t offset, __m128i to) {
      return _mm_cmpeq_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(begin + offset)), to);
    };
    const auto places = static_cast<uint32_t>(
        _mm_movemask_epi8(_mm_and_si128(equal(0, first), equal(part.size() - 1, last))));
    if (const size_t place = FirstOf(places, begin, part); place != std::string_view::npos) {
      at += place;
      return true;
    }
  }
  return false;
}

__attribute__((target("avx2"))) bool FindByAvx2(std::string_view text, std::string_view part,
                                                size_t& at) {
  const __m256i first = _mm256_set1_epi8(part.front());
  const __m256i last = _mm256_set1_epi8(part.back());
  for (; at + part.size() - 1 + sizeof first <= text.size(); at += sizeof first) {
    const char* const begin = text.data() + at;
    const __m256i here = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(begin));
    const __m256i behind =
        _mm256_loadu_si256(reinterpret_cast<const __m256i*>(begin + part.size() - 1));
    const auto places = static_cast<uint32_t>(_mm256_movemask_epi8(
        _mm256_and_si256(_mm256_cmpeq_epi8(here, first), _mm256_cmpeq_epi8(behind, last))));
    if (places == 0) continue;
    if (const size_t place = FirstOf(places, begin, part); place != std::string_view::npos) {
      at += place;
      return true;
    }
  }
  return false;
}

}  // namespace

size_t FindPart(std::string_view text, std::string_view part) {
  static const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
  size_t at = 0;
  if (part.size() >= 2) {
    if (has_avx2 && FindByAvx2(text, part, at)) return at;
    if (FindBySse2(text, part, at)) return at;
  }
  return text.find(part, at);
}

#else

size_t FindPart(std::string_view text, std::string_view part) { return text.find(part); }

#endif

}  // namespace riposte
