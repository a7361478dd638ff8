// YAML with exact positions (only here libfyaml): rule files, profiles, configuration.
//
// Stricter than YAML: the bytes are valid UTF-8 without NUL or other control characters, lines end
// in LF or CR LF, no aliases, anchors, tags or directives, keys are scalars that are not empty, no
// duplicate keys (reported by the reader, all of them), depth up to 64. libfyaml drops the rest of
// a file silently on bad bytes, so they are refused before it sees them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace riposte::yaml {

// Half-open, bytes of the file.
struct Span {
  uint32_t begin = 0, end = 0;
  bool operator==(const Span&) const = default;
};

// What is wrong with the YAML itself.
struct Problem {
  enum class Kind { kSyntax, kEncoding, kDuplicateKey, kAlias, kTag, kTooDeep };
  Kind kind = Kind::kSyntax;
  Span span;
  std::string message;  // lower case, no full stop
};

enum class Style { kPlain, kSingleQuoted, kDoubleQuoted, kLiteral, kFolded, kNone };

// Where a piece of a scalar's value stands in the file: value bytes [value_begin, next piece) begin
// at file byte file_begin.
struct Piece {
  uint32_t value_begin = 0, file_begin = 0;
};

struct Node;
struct Entry;  // a key and its value

struct Node {
  enum class Kind { kNull, kScalar, kSequence, kMapping };
  Kind kind = Kind::kNull;
  Span span;  // of the value in the file; an empty value is an empty span behind its key's colon
  // Scalars. A plain, empty or `~`/`null` scalar is kNull.
  Style style = Style::kNone;
  std::string value;
  // Ascending; maps each byte of `value` to the file, one piece a line of a block scalar or a run
  // without escapes of a quoted one. Folded (`>`) and multi-line plain or quoted scalars have one
  // piece that only points to their beginning, and `exact` is false.
  std::vector<Piece> pieces;
  bool exact = true;
  std::vector<Node> items;     // kSequence
  std::vector<Entry> entries;  // kMapping, in file order, duplicates left out (the first stays)

  // The value of `key`, or null.
  const Node* Find(std::string_view key) const;
};

struct Entry {
  std::string key;
  Span key_span;
  Node value;
};

struct Document {
  Node root;  // kNull for an empty document
  Span span;  // from its first byte behind its `---` to its last that is not blank
};

struct Stream {
  std::vector<Document> documents;  // those without a syntax error, in file order
  std::vector<Problem> problems;    // by place; each document's up to its first syntax error
};

// Deepest nesting of sequences and mappings.
inline constexpr size_t kMaxDepth = 64;

// Reads all documents of a file. Never throws, whatever the bytes. Bytes that are no text give no
// documents. Comments alone are no document; `---` with nothing behind it is an empty one. At most
// 2^31 bytes.
Stream Parse(std::string_view bytes);

}  // namespace riposte::yaml
