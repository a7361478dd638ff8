#include "engine/event/escapes.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>

namespace riposte::event {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

// The value of four hexadecimal digits, or negative.
int32_t ReadHex4(const char* digits) {
  int32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = digits[i];
    int32_t digit = 0;
    if (c >= '0' && c <= '9') {
      digit = c - '0';
    } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
      digit = (c | 0x20) - 'a' + 10;
    } else {
      return -1;
    }
    value = value << 4 | digit;
  }
  return value;
}

constexpr bool IsHighSurrogate(int32_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
constexpr bool IsLowSurrogate(int32_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

struct Escape {
  uint32_t size = 0;  // 0: malformed
  char32_t code_point = 0;
  bool lone_surrogate = false;
};

// `rest` begins with a backslash.
Escape ReadUnicodeEscape(std::string_view rest) {
  if (rest.size() < 6 || rest[1] != 'u') return {};
  const int32_t unit = ReadHex4(rest.data() + 2);
  if (unit < 0) return {};
  if (!IsHighSurrogate(unit) && !IsLowSurrogate(unit))
    return {.size = 6, .code_point = static_cast<char32_t>(unit)};
  if (IsHighSurrogate(unit) && rest.size() >= 12 && rest[6] == '\\' && rest[7] == 'u') {
    const int32_t low = ReadHex4(rest.data() + 8);
    if (IsLowSurrogate(low))
      return {
          .size = 12,
          .code_point = static_cast<char32_t>(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00))};
  }
  return {.size = 6, .code_point = kReplacement, .lone_surrogate = true};
}

// What a backslash and this byte stand for; 0: not one of the two-byte escapes.
constexpr std::array<char, 256> MakeShortEscapes() {
  std::array<char, 256> table{};
  table['"'] = '"';
  table['\\'] = '\\';
  table['/'] = '/';
  table['b'] = '\b';
  table['f'] = '\f';
  table['n'] = '\n';
  table['r'] = '\r';
  table['t'] = '\t';
  return table;
}
constexpr std::array<char, 256> kShortEscapes = MakeShortEscapes();

char ShortEscape(char c) { return kShortEscapes[static_cast<unsigned char>(c)]; }

constexpr size_t kBlock = 64;

// Which of the bytes from `at` on, up to kBlock and the text's end, are backslashes; the first is
// the lowest bit.
uint64_t FindBackslashes(std::string_view text, size_t at) {
  uint64_t found = 0;
#if defined(__SSE2__)
  if (text.size() - at >= kBlock) {
    const __m128i backslashes = _mm_set1_epi8('\\');
    for (size_t i = 0; i < kBlock; i += sizeof(__m128i)) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at + i));
      const auto mask =
          static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, backslashes)));
      found |= uint64_t{mask} << i;
    }
    return found;
  }
#endif
  const size_t count = std::min(text.size() - at, kBlock);
  for (size_t i = 0; i < count; ++i) found |= uint64_t{text[at + i] == '\\'} << i;
  return found;
}

// Never longer than the escape that it came from.
char* WriteUtf8(char32_t code_point, char* out) {
  const auto put = [&out](char32_t byte) { *out++ = static_cast<char>(byte); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | code_point >> 6);
    put(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    put(0xE0 | code_point >> 12);
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  } else {
    put(0xF0 | code_point >> 18);
    put(0x80 | (code_point >> 12 & 0x3F));
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  }
  return out;
}

}  // namespace

std::optional<size_t> EscapeIndex::Build(std::string_view text) {
  has_lone_surrogate_ = false;
  size_t count = 0;
  size_t resume = 0;  // behind the last escape
  for (size_t block = 0; block < text.size(); block += kBlock) {
    if (starts_.size() < count + kBlock + 1) starts_.resize(2 * starts_.size() + 2 * kBlock);
    for (uint64_t found = FindBackslashes(text, block); found != 0; found &= found - 1) {
      const size_t at = block + static_cast<size_t>(std::countr_zero(found));
      if (at < resume) continue;
      if (at + 1 < text.size() && ShortEscape(text[at + 1]) != 0) {
        resume = at + 2;
      } else {
        const Escape escape = ReadUnicodeEscape(text.substr(at));
        if (escape.size == 0) return at;
        has_lone_surrogate_ |= escape.lone_surrogate;
        resume = at + escape.size;
      }
      starts_[count++] = static_cast<uint32_t>(at);
    }
  }
  if (starts_.empty()) starts_.resize(1);
  starts_[count] = std::numeric_limits<uint32_t>::max();
  return std::nullopt;
}

char* Unescape(std::string_view text, uint32_t begin, uint32_t end, const uint32_t* escape,
               char* out) {
  for (; *escape < end; ++escape) {
    const size_t plain = *escape - begin;
    std::memcpy(out, text.data() + begin, plain);
    out += plain;
    if (const char c = ShortEscape(text[*escape + 1]); c != 0) {
      *out++ = c;
      begin = *escape + 2;
      continue;
    }
    const Escape decoded = ReadUnicodeEscape(text.substr(*escape, end - *escape));
    out = WriteUtf8(decoded.code_point, out);
    begin = *escape + decoded.size;
  }
  std::memcpy(out, text.data() + begin, end - begin);
  return out + (end - begin);
}

}  // namespace riposte::event
