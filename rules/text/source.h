// Rule text and the positions in it. A span is bytes of the original file from the lexer to the
// report; nothing reprints a rule to find a place.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace riposte::text {

// Half-open range of bytes.
struct Span {
  uint32_t begin = 0;
  uint32_t end = 0;

  bool operator==(const Span&) const = default;
};

// Counted from 1; a column is a code point, a tab counts one.
struct LineColumn {
  uint32_t line = 1;
  uint32_t column = 1;
};

// One file (or one argument of the command line), immutable.
class Source {
 public:
  Source(std::string path, std::string bytes);

  const std::string& path() const { return path_; }
  std::string_view bytes() const { return bytes_; }
  LineColumn Locate(uint32_t offset) const;
  // The line that holds `offset`, without its end.
  std::string_view Line(uint32_t offset) const;
  uint32_t LineBegin(uint32_t offset) const;

 private:
  std::string path_;
  std::string bytes_;
  std::vector<uint32_t> line_begins_;
};

using SourcePtr = std::shared_ptr<const Source>;

// A text that stands inside a file, perhaps indented or escaped there (a query in a YAML block
// scalar): knows where each of its bytes comes from.
class Fragment {
 public:
  struct Piece {
    uint32_t text_begin = 0;    // offset in text()
    uint32_t source_begin = 0;  // offset of the same byte in the source
  };
  // The whole source is the text.
  explicit Fragment(SourcePtr source);
  // `pieces` ascend and the first begins at 0.
  Fragment(SourcePtr source, std::string text, std::vector<Piece> pieces);

  std::string_view text() const { return text_; }
  const SourcePtr& source() const { return source_; }
  // The span of the source that `span` of the text comes from. Empty spans (end of text) keep a
  // place.
  Span ToSource(Span span) const;

 private:
  uint32_t ToSource(uint32_t offset) const;
  SourcePtr source_;
  std::string text_;
  std::vector<Piece> pieces_;
};

}  // namespace riposte::text
