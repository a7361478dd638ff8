#include "engine/event/dom_text.h"

#include <cctype>
#include <cstdlib>

#include "base/number.h"
#include "base/unicode.h"

namespace riposte::event {
namespace {

// RFC 8259's grammar as an automaton: a second opinion on CheckNumber().
bool IsJsonNumber(std::string_view token) {
  enum { kStart, kMinus, kZero, kWhole, kPoint, kDecimals, kE, kSign, kExponent } state = kStart;
  for (const char c : token) {
    const bool digit = c >= '0' && c <= '9';
    const bool e = c == 'e' || c == 'E';
    if (state == kStart && c == '-')
      state = kMinus;
    else if ((state == kStart || state == kMinus) && digit)
      state = c == '0' ? kZero : kWhole;
    else if (state == kWhole && digit)
      state = kWhole;
    else if ((state == kZero || state == kWhole) && c == '.')
      state = kPoint;
    else if ((state == kPoint || state == kDecimals) && digit)
      state = kDecimals;
    else if ((state == kZero || state == kWhole || state == kDecimals) && e)
      state = kE;
    else if (state == kE && (c == '+' || c == '-'))
      state = kSign;
    else if ((state == kE || state == kSign || state == kExponent) && digit)
      state = kExponent;
    else
      return false;
  }
  return state == kZero || state == kWhole || state == kDecimals || state == kExponent;
}

// The unit of the escape at `at` ("\uXXXX"), or negative.
int UnitAt(std::string_view text, size_t at) {
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return -1;
  const std::string digits(text.substr(at + 2, 4));
  for (const char c : digits)
    if (std::isxdigit(static_cast<unsigned char>(c)) == 0) return -1;
  return static_cast<int>(std::strtol(digits.c_str(), nullptr, 16));
}

bool IsHigh(int unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool IsLow(int unit) { return unit >= 0xDC00 && unit < 0xE000; }

// Copies the string whose quote is at `at`, up to its closing quote or the end; returns where it
// ends.
size_t CopyString(std::string_view text, size_t at, DomText& out) {
  out.text += text[at++];
  while (at < text.size()) {
    const char c = text[at];
    size_t size = 1;
    const int unit = UnitAt(text, at);
    if (IsHigh(unit) && IsLow(UnitAt(text, at + 6))) {
      size = 12;
    } else if (IsHigh(unit) || IsLow(unit)) {
      out.lone_surrogate = true;
      out.text += "\\ufffd";
      at += 6;
      continue;
    } else if (c == '\\' && at + 1 < text.size()) {
      size = 2;
    }
    out.text += text.substr(at, size);
    at += size;
    if (c == '"') break;
  }
  return at;
}

// Copies the number, or whatever begins like one, at `at`; returns where it ends.
size_t CopyNumber(std::string_view text, size_t at, DomText& out) {
  size_t end = at;
  while (end < text.size() &&
         std::string_view(" \t\n\r,:[]{}\"").find(text[end]) == std::string_view::npos)
    ++end;
  const std::string_view token = text.substr(at, end - at);
  out.numbers.emplace_back(token);
  const bool out_of_range = IsJsonNumber(token) && !Number::Parse(token).has_value();
  out.number_range |= out_of_range;
  out.text += out_of_range ? std::string_view("0") : token;
  return end;
}

}  // namespace

DomText RepairForDom(std::string_view text) {
  DomText out;
  std::string repaired;
  out.invalid_utf8 = unicode::RepairUtf8Append(text, repaired);
  const std::string_view source = repaired;
  for (size_t at = 0; at < source.size();) {
    const char c = source[at];
    if (c == '"') {
      at = CopyString(source, at, out);
    } else if (c == '-' || (c >= '0' && c <= '9')) {
      at = CopyNumber(source, at, out);
    } else {
      out.text += c;
      ++at;
    }
  }
  return out;
}

}  // namespace riposte::event
