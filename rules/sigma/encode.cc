#include "rules/sigma/encode.h"

#include <cstdint>

#include "base/unicode.h"

namespace riposte::sigma {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void AppendUnit(uint32_t unit, bool big_endian, std::string& out) {
  const char high = static_cast<char>(unit >> 8);
  const char low = static_cast<char>(unit & 0xff);
  out += big_endian ? high : low;
  out += big_endian ? low : high;
}

}  // namespace

std::string Base64(std::string_view bytes) {
  std::string out;
  for (size_t at = 0; at < bytes.size(); at += 3) {
    const size_t count = bytes.size() - at < 3 ? bytes.size() - at : 3;
    uint32_t group = 0;
    for (size_t i = 0; i < 3; ++i)
      group = group << 8 | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0u);
    for (size_t i = 0; i < 4; ++i) out += i <= count ? kAlphabet[group >> (18 - 6 * i) & 63] : '=';
  }
  return out;
}

std::array<std::string, 3> Base64Offsets(std::string_view bytes) {
  std::array<std::string, 3> forms;
  for (size_t offset = 0; offset < 3; ++offset) {
    const size_t length = offset + bytes.size();
    const std::string encoded = Base64(std::string(offset, ' ') + std::string(bytes));
    // A character holds six bits: those that hold a bit of a neighbour are left out.
    const size_t begin = (offset * 8 + 5) / 6;
    const size_t end = length * 8 / 6;
    if (begin < end) forms[offset] = encoded.substr(begin, end - begin);
  }
  return forms;
}

std::string ToUtf16(std::string_view text, Utf16 form) {
  const bool big_endian = form == Utf16::kBigEndian;
  std::string out;
  if (form == Utf16::kWithMark) AppendUnit(0xfeff, big_endian, out);
  for (size_t at = 0; at < text.size();) {
    const unicode::Decoded decoded = unicode::Decode(text, at);
    at += decoded.length;
    const auto code_point = static_cast<uint32_t>(decoded.code_point);
    if (code_point < 0x10000) {
      AppendUnit(code_point, big_endian, out);
    } else {
      AppendUnit(0xd800 + ((code_point - 0x10000) >> 10), big_endian, out);
      AppendUnit(0xdc00 + ((code_point - 0x10000) & 0x3ff), big_endian, out);
    }
  }
  return out;
}

}  // namespace riposte::sigma
