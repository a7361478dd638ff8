#include "rules/text/source.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/check.h"

namespace riposte::text {
namespace {

bool IsContinuation(char byte) { return (static_cast<unsigned char>(byte) & 0xc0u) == 0x80u; }

}  // namespace

Source::Source(std::string path, std::string bytes)
    : path_(std::move(path)), bytes_(std::move(bytes)) {
  RIPOSTE_CHECK(bytes_.size() < std::numeric_limits<uint32_t>::max(),
                "a source has 32-bit offsets");
  line_begins_.push_back(0);
  for (size_t at = bytes_.find('\n'); at != std::string::npos; at = bytes_.find('\n', at + 1))
    line_begins_.push_back(static_cast<uint32_t>(at + 1));
}

LineColumn Source::Locate(uint32_t offset) const {
  const auto next = std::upper_bound(line_begins_.begin(), line_begins_.end(), offset);
  const uint32_t begin = *std::prev(next);
  const size_t end = std::min<size_t>(offset, bytes_.size());
  LineColumn place{.line = static_cast<uint32_t>(next - line_begins_.begin()), .column = 1};
  for (size_t i = begin; i < end; ++i) place.column += IsContinuation(bytes_[i]) ? 0 : 1;
  return place;
}

uint32_t Source::LineBegin(uint32_t offset) const {
  return *std::prev(std::upper_bound(line_begins_.begin(), line_begins_.end(), offset));
}

std::string_view Source::Line(uint32_t offset) const {
  const uint32_t begin = LineBegin(offset);
  const std::string_view rest = std::string_view(bytes_).substr(begin);
  std::string_view line = rest.substr(0, rest.find('\n'));
  if (line.size() < rest.size() && line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

Fragment::Fragment(SourcePtr source)
    : source_(std::move(source)), text_(source_->bytes()), pieces_{Piece{}} {}

Fragment::Fragment(SourcePtr source, std::string text, std::vector<Piece> pieces)
    : source_(std::move(source)), text_(std::move(text)), pieces_(std::move(pieces)) {
  RIPOSTE_CHECK(!pieces_.empty() && pieces_.front().text_begin == 0,
                "a fragment's first piece begins its text");
}

uint32_t Fragment::ToSource(uint32_t offset) const {
  const auto next =
      std::upper_bound(pieces_.begin(), pieces_.end(), offset,
                       [](uint32_t at, const Piece& piece) { return at < piece.text_begin; });
  const Piece& piece = *std::prev(next);
  const auto size = static_cast<uint32_t>(source_->bytes().size());
  return std::min(piece.source_begin + (offset - piece.text_begin), size);
}

Span Fragment::ToSource(Span span) const {
  const uint32_t begin = ToSource(span.begin);
  if (span.end <= span.begin) return {.begin = begin, .end = begin};
  // The last byte's place decides the end: behind it a line's indentation may follow, which is not
  // part of the text.
  const auto size = static_cast<uint32_t>(source_->bytes().size());
  const uint32_t end = std::min(ToSource(span.end - 1) + 1, size);
  return {.begin = begin, .end = std::max(begin, end)};
}

}  // namespace riposte::text
