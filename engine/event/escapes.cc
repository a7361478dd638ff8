#include "engine/event/escapes.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

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

constexpr size_t kBlock = 64;  // bytes that are looked at together

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

// Which backslashes of a block begin an escape. `carry`: the first byte belongs to an escape of the
// block before; becomes the same for the next block.
inline uint64_t FindStarts(uint64_t backslashes, uint64_t& carry) {
  constexpr uint64_t kEven = 0x5555555555555555u;
  backslashes &= ~carry;
  // In a run of backslashes every other one begins an escape, the first one included. Adding its
  // first bit to a run carries it away.
  const uint64_t run_starts = backslashes & ~(backslashes << 1);
  const uint64_t odd_runs = backslashes & (backslashes + (run_starts & kEven));
  const uint64_t even_runs = backslashes & ~odd_runs;
  const uint64_t starts = (even_runs & kEven) | (odd_runs & ~kEven);
  carry = starts >> (kBlock - 1);
  return starts;
}

}  // namespace

struct EscapeIndex::Scan {
  std::string_view text;
  uint64_t* starts = nullptr;
  bool lone_surrogate = false;
  std::optional<size_t> malformed{};
  uint64_t carry = 0;
  size_t resume = 0;  // behind the last surrogate pair

  // Judges the escapes whose second byte is one of `seconds` of the block at `block`, and is none
  // of the short ones. False: one is malformed.
  bool CheckLong(size_t block, uint64_t seconds) {
    for (; seconds != 0; seconds &= seconds - 1) {
      const size_t at = block + static_cast<size_t>(std::countr_zero(seconds)) - 1;
      if (at < resume) continue;
      const Escape escape = ReadUnicodeEscape(text.substr(at));
      if (escape.size == 0) {
        malformed = at;
        return false;
      }
      lone_surrogate |= escape.lone_surrogate;
      if (escape.size > 6) resume = at + escape.size;
    }
    return true;
  }
};

namespace {

// Both loops end with a block that the text does not fill: whatever is behind its end is no second
// byte of an escape.
void ScanPlain(EscapeIndex::Scan& scan) {
  const std::string_view text = scan.text;
  for (size_t block = 0; block <= text.size(); block += kBlock) {
    uint64_t backslashes = 0, short_seconds = 0;
    for (size_t i = 0; i < std::min<size_t>(text.size() - block, kBlock); ++i) {
      backslashes |= uint64_t{text[block + i] == '\\'} << i;
      short_seconds |= uint64_t{ShortEscape(text[block + i]) != 0} << i;
    }
    const uint64_t first = scan.carry;
    const uint64_t starts = FindStarts(backslashes, scan.carry);
    scan.starts[block / kBlock] = starts;
    if (!scan.CheckLong(block, (starts << 1 | first) & ~short_seconds)) return;
  }
}

#if defined(__x86_64__)

__attribute__((target("avx2"))) inline uint64_t JoinMasks(__m256i low, __m256i high) {
  return static_cast<uint32_t>(_mm256_movemask_epi8(low)) |
         uint64_t{static_cast<uint32_t>(_mm256_movemask_epi8(high))} << 32;
}

// All bits of the bytes that may stand behind a backslash, but for 'u'. The table has them at their
// low nibble, three of them have the same.
__attribute__((target("avx2"))) inline __m256i IsShortSecond(__m256i bytes) {
  const __m256i table = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(-1, -1, 'b', -1, 't', -1, 'f', -1, -1, -1, -1, -1, '\\', -1, 'n', '/'));
  const __m256i in_table = _mm256_cmpeq_epi8(_mm256_shuffle_epi8(table, bytes), bytes);
  const __m256i is_r = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('r'));
  const __m256i is_quote = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('"'));
  return _mm256_or_si256(in_table, _mm256_or_si256(is_r, is_quote));
}

// The block of the 64 bytes at `at` that begin at `block` of the text. False: a malformed one.
__attribute__((target("avx2"))) inline bool ScanBlock(EscapeIndex::Scan& scan, const char* at,
                                                      size_t block) {
  const __m256i backslash = _mm256_set1_epi8('\\');
  const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
  const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at + 32));
  const uint64_t backslashes =
      JoinMasks(_mm256_cmpeq_epi8(low, backslash), _mm256_cmpeq_epi8(high, backslash));
  const uint64_t first = scan.carry;
  if ((backslashes | first) == 0) {
    scan.starts[block / kBlock] = 0;
    return true;
  }
  const uint64_t starts = FindStarts(backslashes, scan.carry);
  scan.starts[block / kBlock] = starts;
  const uint64_t long_seconds =
      (starts << 1 | first) & ~JoinMasks(IsShortSecond(low), IsShortSecond(high));
  return long_seconds == 0 || scan.CheckLong(block, long_seconds);
}

__attribute__((target("avx2"))) void ScanAvx2(EscapeIndex::Scan& scan) {
  const std::string_view text = scan.text;
  size_t block = 0;
  for (; block + kBlock <= text.size(); block += kBlock)
    if (!ScanBlock(scan, text.data() + block, block)) return;
  alignas(kBlock) char rest[kBlock] = {};
  if (block < text.size()) std::memcpy(rest, text.data() + block, text.size() - block);
  ScanBlock(scan, rest, block);
}

#endif

}  // namespace

EscapeIndex::EscapeIndex(bool plain) : scan_(ScanPlain) {
#if defined(__x86_64__)
  if (!plain && __builtin_cpu_supports("avx2")) scan_ = ScanAvx2;
#endif
}

std::optional<size_t> EscapeIndex::Build(std::string_view text) {
  const size_t blocks = text.size() / kBlock + 1;
  if (starts_.size() < blocks) starts_.resize(std::bit_ceil(blocks));
  Scan scan{.text = text, .starts = starts_.data()};
  scan_(scan);
  has_lone_surrogate_ = scan.lone_surrogate;
  return scan.malformed;
}

char* Unescape(std::string_view text, uint32_t begin, uint32_t end, const EscapeIndex& escapes,
               char* out) {
  // Pieces between escapes are short, mostly: sixteen bytes at once, more of them than asked for.
  const auto copy = [&](uint32_t from, uint32_t to) {
    const char* source = text.data() + from;
    char* const stop = out + (to - from);
    if (to - from <= 16 * kUnescapeSlack && text.size() - to >= kUnescapeSlack) {
      for (; out < stop; out += kUnescapeSlack, source += kUnescapeSlack)
        std::memcpy(out, source, kUnescapeSlack);
    } else {
      std::copy_n(source, to - from, out);  // an empty text may be null
    }
    out = stop;
  };
  for (uint32_t escape = escapes.Next(begin, end); escape != end;
       escape = escapes.Next(begin, end)) {
    copy(begin, escape);
    if (const char c = ShortEscape(text[escape + 1]); c != 0) {
      *out++ = c;
      begin = escape + 2;
      continue;
    }
    const Escape decoded = ReadUnicodeEscape(text.substr(escape, end - escape));
    out = WriteUtf8(decoded.code_point, out);
    begin = escape + decoded.size;
  }
  copy(begin, end);
  return out;
}

}  // namespace riposte::event
