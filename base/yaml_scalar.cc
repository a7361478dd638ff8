#include "base/yaml_scalar.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace riposte::yaml {
namespace {

size_t Utf8Length(uint32_t code_point) {
  return code_point < 0x80 ? 1 : code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
}

std::optional<uint32_t> HexAt(std::string_view raw, size_t at, size_t digits) {
  if (at + digits > raw.size()) return std::nullopt;
  uint32_t number = 0;
  const char* const end = raw.data() + at + digits;
  const std::from_chars_result read = std::from_chars(raw.data() + at, end, number, 16);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return number;
}

struct Escape {
  size_t raw = 0;    // bytes in the file
  size_t value = 0;  // bytes that it stands for
};

// The escape of a double-quoted scalar at raw[at], a backslash; empty if it is none.
std::optional<Escape> EscapeAt(std::string_view raw, size_t at) {
  if (at + 1 >= raw.size()) return std::nullopt;
  size_t digits = 0;
  switch (raw[at + 1]) {
    case 'x':
      digits = 2;
      break;
    case 'u':
      digits = 4;
      break;
    case 'U':
      digits = 8;
      break;
    case 'N':
    case '_':
      return Escape{.raw = 2, .value = 2};
    case 'L':
    case 'P':
      return Escape{.raw = 2, .value = 3};
    default:
      return Escape{.raw = 2, .value = 1};
  }
  const std::optional<uint32_t> code_point = HexAt(raw, at + 2, digits);
  if (!code_point) return std::nullopt;
  const Escape one{.raw = 2 + digits, .value = Utf8Length(*code_point)};
  if (*code_point < 0xd800 || *code_point > 0xdbff) return one;
  // A surrogate pair, as JSON writes it, is one code point beyond the BMP.
  return Escape{.raw = 2 * one.raw, .value = 4};
}

// Follows value and file side by side through a quoted scalar in one line.
bool PlaceQuoted(std::string_view raw, uint32_t raw_begin, bool double_quoted,
                 std::string_view value, std::vector<Piece>& pieces) {
  size_t at = 0;
  size_t done = 0;
  bool new_piece = true;
  while (at < raw.size()) {
    Escape step{.raw = 1, .value = 1};
    const bool escaped = double_quoted ? raw[at] == '\\' : raw[at] == '\'';
    if (escaped && double_quoted) {
      const std::optional<Escape> escape = EscapeAt(raw, at);
      if (!escape) return false;
      step = *escape;
    } else if (escaped) {
      step = {.raw = 2, .value = 1};
    } else if (done >= value.size() || value[done] != raw[at]) {
      return false;
    }
    if (new_piece || escaped)
      pieces.push_back({.value_begin = static_cast<uint32_t>(done),
                        .file_begin = raw_begin + static_cast<uint32_t>(at)});
    new_piece = escaped;
    at += step.raw;
    done += step.value;
  }
  return at == raw.size() && done == value.size();
}

// One piece a line: behind as much indentation as the file's line has more than the value's.
bool PlaceLiteral(std::string_view bytes, uint32_t begin, std::string_view value,
                  ScalarPlace& place) {
  size_t line_begin = begin;
  while (line_begin > 0 && bytes[line_begin - 1] != '\n') --line_begin;
  bool any_text = false;
  for (size_t done = 0; done < value.size();) {
    const std::string_view text = value.substr(done, value.find('\n', done) - done);
    if (line_begin > bytes.size()) return false;
    const std::string_view rest = bytes.substr(line_begin);
    const size_t raw_end = std::min(rest.find('\n'), rest.size());
    std::string_view raw = rest.substr(0, raw_end);
    if (raw_end < rest.size() && raw.ends_with('\r')) raw.remove_suffix(1);
    if (!raw.ends_with(text)) return false;
    const size_t indentation = raw.size() - text.size();
    if (raw.substr(0, indentation).find_first_not_of(' ') != std::string_view::npos) return false;
    const auto text_begin = static_cast<uint32_t>(line_begin + indentation);
    place.pieces.push_back({.value_begin = static_cast<uint32_t>(done), .file_begin = text_begin});
    if (!text.empty()) {
      if (!any_text) place.span.begin = text_begin;
      place.span.end = text_begin + static_cast<uint32_t>(text.size());
      any_text = true;
    }
    done += text.size() + 1;
    line_begin += raw_end + 1;
  }
  return any_text;
}

// The '|' or '>' that begins a block scalar whose content begins at `content`.
uint32_t HeaderOf(std::string_view bytes, uint32_t content, char indicator) {
  const size_t at = bytes.substr(0, content).rfind(indicator);
  return at == std::string_view::npos ? content : static_cast<uint32_t>(at);
}

Span TrimmedBlock(std::string_view bytes, Span token) {
  constexpr std::string_view kBlank = " \r\n";
  const std::string_view content = bytes.substr(token.begin, token.end - token.begin);
  const size_t first = content.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return {.begin = token.begin + static_cast<uint32_t>(first),
          .end = token.begin + static_cast<uint32_t>(content.find_last_not_of(kBlank)) + 1};
}

ScalarPlace PlaceBlock(std::string_view bytes, Span token, Style style, std::string_view value) {
  ScalarPlace place;
  place.exact = style == Style::kLiteral && PlaceLiteral(bytes, token.begin, value, place);
  if (place.exact) return place;
  place.span = TrimmedBlock(bytes, token);
  if (place.span == Span{}) {
    const uint32_t header = HeaderOf(bytes, token.begin, style == Style::kLiteral ? '|' : '>');
    place.span = {.begin = header,
                  .end = std::min(header + 1, static_cast<uint32_t>(bytes.size()))};
    place.exact = value.empty();
  }
  place.pieces = {{.value_begin = 0, .file_begin = place.span.begin}};
  return place;
}

}  // namespace

ScalarPlace PlaceScalar(std::string_view bytes, Span token, Style style, std::string_view value) {
  if (style == Style::kLiteral || style == Style::kFolded)
    return PlaceBlock(bytes, token, style, value);
  const std::string_view raw = bytes.substr(token.begin, token.end - token.begin);
  const bool quoted = style == Style::kSingleQuoted || style == Style::kDoubleQuoted;
  ScalarPlace place{.span = token, .pieces = {}, .exact = raw == value};
  if (quoted) {
    place.exact = PlaceQuoted(raw, token.begin, style == Style::kDoubleQuoted, value, place.pieces);
    if (token.begin > 0) --place.span.begin;
    place.span.end = std::min(place.span.end + 1, static_cast<uint32_t>(bytes.size()));
  }
  if (!place.exact || place.pieces.empty())
    place.pieces = {{.value_begin = 0, .file_begin = token.begin}};
  return place;
}

}  // namespace riposte::yaml
