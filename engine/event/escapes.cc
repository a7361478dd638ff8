#include "engine/event/escapes.h"

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

// `rest` begins with "\u".
Escape ReadUnicodeEscape(std::string_view rest) {
  if (rest.size() < 6) return {};
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

// `rest` begins with a backslash.
Escape ReadEscape(std::string_view rest) {
  if (rest.size() < 2) return {};
  switch (rest[1]) {
    case '"':
    case '\\':
    case '/':
      return {.size = 2, .code_point = static_cast<char32_t>(rest[1])};
    case 'b':
      return {.size = 2, .code_point = '\b'};
    case 'f':
      return {.size = 2, .code_point = '\f'};
    case 'n':
      return {.size = 2, .code_point = '\n'};
    case 'r':
      return {.size = 2, .code_point = '\r'};
    case 't':
      return {.size = 2, .code_point = '\t'};
    case 'u':
      return ReadUnicodeEscape(rest);
    default:
      return {};
  }
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
  starts_.clear();
  has_lone_surrogate_ = false;
  size_t next = text.find('\\');
  while (next != std::string_view::npos) {
    const Escape escape = ReadEscape(text.substr(next));
    if (escape.size == 0) return next;
    has_lone_surrogate_ |= escape.lone_surrogate;
    starts_.push_back(static_cast<uint32_t>(next));
    next = text.find('\\', next + escape.size);
  }
  starts_.push_back(std::numeric_limits<uint32_t>::max());
  return std::nullopt;
}

char* Unescape(std::string_view text, uint32_t begin, uint32_t end, const uint32_t* escape,
               char* out) {
  for (; *escape < end; ++escape) {
    const size_t plain = *escape - begin;
    std::memcpy(out, text.data() + begin, plain);
    const Escape decoded = ReadEscape(text.substr(*escape, end - *escape));
    out = WriteUtf8(decoded.code_point, out + plain);
    begin = *escape + decoded.size;
  }
  std::memcpy(out, text.data() + begin, end - begin);
  return out + (end - begin);
}

}  // namespace riposte::event
