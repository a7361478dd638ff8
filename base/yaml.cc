#include "base/yaml.h"

#include <algorithm>
#include <cstdarg>
#include <memory>
#include <optional>

#include <boost/unordered/unordered_flat_set.hpp>
#include <libfyaml.h>

#include "base/check.h"
#include "base/unicode.h"
#include "base/yaml_scalar.h"

namespace riposte::yaml {
namespace {

constexpr size_t kMaxEncodingProblems = 16;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

uint32_t U32(size_t value) { return static_cast<uint32_t>(value); }

// ---- Bytes that are no text ----

// What is wrong with the character at `at`, or null.
const char* EncodingError(std::string_view bytes, size_t at, const unicode::Decoded& decoded) {
  if (!decoded.valid) return "invalid UTF-8";
  const char32_t c = decoded.code_point;
  if (c == 0) return "a NUL byte";
  if (c == '\r' && (at + 1 == bytes.size() || bytes[at + 1] != '\n'))
    return "a carriage return without a line feed behind it";
  if (c == '\t' || c == '\n' || c == '\r' || c == 0x85) return nullptr;
  if (c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xfffe || c == 0xffff)
    return "a control character";
  return nullptr;
}

void CheckEncoding(std::string_view bytes, std::vector<Problem>& problems) {
  for (size_t at = 0; at < bytes.size() && problems.size() < kMaxEncodingProblems;) {
    const unicode::Decoded decoded = unicode::Decode(bytes, at);
    const Span span{.begin = U32(at), .end = U32(at + decoded.length)};
    if (const char* error = EncodingError(bytes, at, decoded); error != nullptr) {
      const bool goes_on = !problems.empty() && problems.back().span.end == span.begin &&
                           problems.back().message == error;
      if (goes_on) {
        problems.back().span.end = span.end;
      } else {
        problems.push_back({.kind = Problem::Kind::kEncoding, .span = span, .message = error});
      }
    }
    at += decoded.length;
  }
}

// ---- The documents of a file ----

// `---` and `...` at the beginning of a line end a document wherever they stand, so that a syntax
// error in one document need not hide those behind it.
struct Chunk {
  Span span;  // its `---` included, a closing `...` not
  bool explicit_begin = false;
  std::optional<Span> directive;  // the first line that begins with '%'
};

bool IsMarker(std::string_view line, std::string_view marker) {
  if (!line.starts_with(marker)) return false;
  return line.size() == marker.size() || line[marker.size()] == ' ' ||
         line[marker.size()] == '\t' || line[marker.size()] == '\r';
}

bool IsBlankOrComment(std::string_view line) {
  const size_t first = line.find_first_not_of(" \t\r");
  return first == std::string_view::npos || line[first] == '#';
}

std::vector<Chunk> Split(std::string_view bytes) {
  std::vector<Chunk> chunks;
  Chunk current;
  if (bytes.starts_with(kByteOrderMark)) current.span.begin = U32(kByteOrderMark.size());
  bool has_content = false;
  const auto close = [&](uint32_t end, uint32_t next, bool next_is_explicit) {
    current.span.end = end;
    if (has_content || current.explicit_begin) chunks.push_back(current);
    current = {
        .span = {.begin = next, .end = 0}, .explicit_begin = next_is_explicit, .directive = {}};
    has_content = false;
  };
  for (uint32_t at = current.span.begin; at < bytes.size();) {
    const std::string_view rest = bytes.substr(at);
    const std::string_view line = rest.substr(0, rest.find('\n'));
    const uint32_t next = at + U32(std::min(line.size() + 1, rest.size()));
    if (IsMarker(line, "---")) {
      close(at, at, true);
    } else if (IsMarker(line, "...")) {
      // What stands behind the marker in its line is for the parser to judge.
      const bool alone = IsBlankOrComment(line.substr(3));
      close(at, alone ? next : at, false);
      has_content = !alone;
    } else if (!IsBlankOrComment(line)) {
      has_content = true;
      if (line.starts_with('%') && !current.directive)
        current.directive = Span{.begin = at, .end = at + U32(line.size())};
    }
    at = next;
  }
  close(U32(bytes.size()), U32(bytes.size()), false);
  return chunks;
}

// Of a text that may have a key of the form "? key", wherever in a line, the first blanks with a
// tab in them between a colon and what may begin a block. There libfyaml 0.7.12 writes to an
// address that is none.
std::optional<Span> FatalTab(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  bool has_key = false;
  bool may_begin_key = true;  // a blank or an indicator stands before it
  std::optional<Span> found;
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const bool before_blank = at + 1 == text.size() || kBlank.find(text[at + 1]) != kBlank.npos;
    has_key = has_key || (c == '?' && may_begin_key && before_blank);
    may_begin_key = std::string_view(" \t\r\n-?:,[{").find(c) != kBlank.npos;
    if (c != ':' || found) continue;
    const size_t next = std::min(text.find_first_not_of(" \t", at + 1), text.size());
    const bool has_tab = text.substr(at + 1, next - at - 1).find('\t') != kBlank.npos;
    if (has_tab && next < text.size() && std::string_view("|>:-?").find(text[next]) != kBlank.npos)
      found = Span{.begin = U32(at + 1), .end = U32(next)};
  }
  return has_key ? found : std::nullopt;
}

// ---- One document ----

// A sequence or mapping that is being read.
struct Frame {
  Node node;
  bool has_begin = false;  // the library gave its place
  bool flow = false;
  // Of a mapping: the key whose value comes next.
  std::optional<Entry> key;
  bool key_dropped = false;
  boost::unordered_flat_set<std::string> keys;
};

class DocumentReader {
 public:
  DocumentReader(std::string_view bytes, const Chunk& chunk, std::vector<Problem>& problems)
      : bytes_(bytes),
        chunk_(chunk),
        problems_(problems),
        last_end_(chunk.span.begin + (chunk.explicit_begin ? 3 : 0)) {}

  // Empty if there was a syntax error, or nothing but comments.
  std::optional<Document> Read();

 private:
  struct ParserDeleter {
    void operator()(fy_parser* parser) const { fy_parser_destroy(parser); }
  };
  struct DiagDeleter {
    // The errors that it collected refer back to it: without the reset they and it would stay.
    void operator()(fy_diag* diag) const {
      fy_diag_reset_error(diag);
      fy_diag_unref(diag);
    }
  };
  using Parser = std::unique_ptr<fy_parser, ParserDeleter>;
  using Diag = std::unique_ptr<fy_diag, DiagDeleter>;

  Diag MakeDiag() const;
  Parser MakeParser(fy_diag* diag) const;
  void ReadEvents(fy_parser* parser);
  bool TakeEvent(const fy_event& event);
  void ReportErrors(fy_diag* diag);
  void CheckAllWasRead();

  void BeginContainer(Node::Kind kind, fy_token* begin, fy_token* anchor, fy_token* tag);
  void EndContainer(fy_token* end);
  void TakeScalar(fy_token* token, fy_token* anchor, fy_token* tag);
  void TakeAlias(fy_token* token);
  void TakeNode(Node node);
  void TakeKey(Frame& mapping, const Node& node);
  void RefuseAnchorAndTag(fy_token* anchor, fy_token* tag);

  std::optional<Span> Place(fy_token* token) const;
  // Where an empty value stands: behind the indicator of its key or item.
  uint32_t EmptyPlace() const;
  void AddProblem(Problem::Kind kind, Span span, std::string message) {
    problems_.push_back({.kind = kind, .span = span, .message = std::move(message)});
  }
  void Fail(Problem::Kind kind, Span span, std::string message) {
    failed_ = true;
    AddProblem(kind, span, std::move(message));
  }

  std::string_view bytes_;
  const Chunk& chunk_;
  std::vector<Problem>& problems_;
  std::vector<Frame> open_;
  std::optional<Node> root_;
  uint32_t last_end_;  // end of what was read last
  uint32_t stream_end_ = 0;
  bool at_stream_end_ = false;
  bool failed_ = false;
};

DocumentReader::Diag DocumentReader::MakeDiag() const {
  fy_diag_cfg config{};
  fy_diag_cfg_default(&config);
  config.fp = nullptr;
  config.output_fn = [](fy_diag*, void*, const char*, size_t) {};
  Diag diag(fy_diag_create(&config));
  RIPOSTE_CHECK(diag != nullptr, "libfyaml gives no diagnostics object");
  fy_diag_set_collect_errors(diag.get(), true);
  return diag;
}

DocumentReader::Parser DocumentReader::MakeParser(fy_diag* diag) const {
  fy_parse_cfg config{};
  config.diag = diag;
  // Its own check of duplicate keys is quadratic and ends the stream. A closing bracket at the
  // beginning of a line is what people write.
  config.flags =
      static_cast<fy_parse_cfg_flags>(FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_JSON_NONE |
                                      FYPCF_SLOPPY_FLOW_INDENTATION | FYPCF_ALLOW_DUPLICATE_KEYS);
  Parser parser(fy_parser_create(&config));
  RIPOSTE_CHECK(parser != nullptr, "libfyaml gives no parser");
  const std::string_view text =
      bytes_.substr(chunk_.span.begin, chunk_.span.end - chunk_.span.begin);
  RIPOSTE_CHECK(fy_parser_set_string(parser.get(), text.data(), text.size()) == 0,
                "libfyaml takes no input");
  return parser;
}

std::optional<Document> DocumentReader::Read() {
  // libfyaml takes such a line for a directive wherever it stands, and skips it with a warning.
  if (chunk_.directive) {
    Fail(Problem::Kind::kSyntax, *chunk_.directive, "directives are not supported");
    return std::nullopt;
  }
  if (std::optional<Span> tab =
          FatalTab(bytes_.substr(chunk_.span.begin, chunk_.span.end - chunk_.span.begin))) {
    tab->begin += chunk_.span.begin;
    tab->end += chunk_.span.begin;
    Fail(Problem::Kind::kSyntax, *tab, "a tab behind a colon, where only blanks may stand");
    return std::nullopt;
  }
  const Diag diag = MakeDiag();
  const Parser parser = MakeParser(diag.get());
  ReadEvents(parser.get());
  if (!failed_) ReportErrors(diag.get());
  if (!failed_) CheckAllWasRead();
  if (failed_ || !root_) return std::nullopt;
  constexpr std::string_view kBlank = " \t\r\n";
  const uint32_t begin = chunk_.span.begin + (chunk_.explicit_begin ? 3 : 0);
  const std::string_view text = bytes_.substr(begin, chunk_.span.end - begin);
  const size_t first = std::min(text.find_first_not_of(kBlank), text.size());
  const size_t last = text.find_last_not_of(kBlank);
  const Span span{.begin = begin + U32(first),
                  .end = begin + U32(last == std::string_view::npos ? first : last + 1)};
  return Document{.root = std::move(*root_), .span = span};
}

void DocumentReader::ReadEvents(fy_parser* parser) {
  while (!failed_) {
    fy_event* event = fy_parser_parse(parser);
    if (event == nullptr) return;
    const bool go_on = TakeEvent(*event);
    fy_parser_event_free(parser, event);
    if (!go_on) return;
  }
}

// Whether more events follow.
bool DocumentReader::TakeEvent(const fy_event& event) {
  switch (event.type) {
    case FYET_MAPPING_START:
      BeginContainer(Node::Kind::kMapping, event.mapping_start.mapping_start,
                     event.mapping_start.anchor, event.mapping_start.tag);
      return true;
    case FYET_SEQUENCE_START:
      BeginContainer(Node::Kind::kSequence, event.sequence_start.sequence_start,
                     event.sequence_start.anchor, event.sequence_start.tag);
      return true;
    case FYET_MAPPING_END:
      EndContainer(event.mapping_end.mapping_end);
      return true;
    case FYET_SEQUENCE_END:
      EndContainer(event.sequence_end.sequence_end);
      return true;
    case FYET_SCALAR:
      TakeScalar(event.scalar.value, event.scalar.anchor, event.scalar.tag);
      return true;
    case FYET_ALIAS:
      TakeAlias(event.alias.anchor);
      return true;
    case FYET_STREAM_END:
      at_stream_end_ = true;
      stream_end_ = chunk_.span.end;
      if (const std::optional<Span> end = Place(event.stream_end.stream_end))
        stream_end_ = end->begin;
      return false;
    default:
      return true;
  }
}

// Warnings count: something was skipped.
void DocumentReader::ReportErrors(fy_diag* diag) {
  void* previous = nullptr;
  const fy_diag_error* error = fy_diag_errors_iterate(diag, &previous);
  if (error == nullptr) return;
  const Span place = Place(error->fyt).value_or(Span{.begin = last_end_, .end = last_end_});
  Fail(Problem::Kind::kSyntax, place, error->msg == nullptr ? "cannot be read" : error->msg);
}

void DocumentReader::CheckAllWasRead() {
  if (at_stream_end_ && stream_end_ == chunk_.span.end && open_.empty()) return;
  const uint32_t from = at_stream_end_ ? stream_end_ : last_end_;
  Fail(Problem::Kind::kSyntax, {.begin = from, .end = from}, "cannot be read from here on");
}

std::optional<Span> DocumentReader::Place(fy_token* token) const {
  if (token == nullptr) return std::nullopt;
  const fy_mark* begin = fy_token_start_mark(token);
  const fy_mark* end = fy_token_end_mark(token);
  if (begin == nullptr || end == nullptr) return std::nullopt;
  const uint32_t first = std::min(chunk_.span.begin + U32(begin->input_pos), chunk_.span.end);
  const uint32_t last = std::min(chunk_.span.begin + U32(end->input_pos), chunk_.span.end);
  return Span{.begin = first, .end = std::max(first, last)};
}

uint32_t DocumentReader::EmptyPlace() const {
  uint32_t at = last_end_;
  while (at < chunk_.span.end) {
    const char c = bytes_[at];
    if (c == ':' || c == '-') return at + 1;
    if (c == '#') {
      at = U32(std::min<size_t>(bytes_.find('\n', at), chunk_.span.end));
    } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      ++at;
    } else {
      break;
    }
  }
  return last_end_;
}

void DocumentReader::RefuseAnchorAndTag(fy_token* anchor, fy_token* tag) {
  if (const std::optional<Span> span = Place(anchor))
    AddProblem(Problem::Kind::kAlias, {.begin = span->begin - 1, .end = span->end},
               "anchors are not supported");
  if (const std::optional<Span> span = Place(tag))
    AddProblem(Problem::Kind::kTag, *span, "tags are not supported");
}

void DocumentReader::BeginContainer(Node::Kind kind, fy_token* begin, fy_token* anchor,
                                    fy_token* tag) {
  RefuseAnchorAndTag(anchor, tag);
  Frame frame;
  frame.node.kind = kind;
  if (const std::optional<Span> span = Place(begin)) {
    frame.has_begin = true;
    frame.flow = span->end > span->begin;
    frame.node.span = *span;
    last_end_ = std::max(last_end_, span->end);
  }
  if (open_.size() == kMaxDepth) {
    Fail(Problem::Kind::kTooDeep, {.begin = last_end_, .end = last_end_},
         "nested deeper than " + std::to_string(kMaxDepth) + " levels");
    return;
  }
  open_.push_back(std::move(frame));
}

void DocumentReader::EndContainer(fy_token* end) {
  RIPOSTE_CHECK(!open_.empty(), "the library ends what it began");
  Frame frame = std::move(open_.back());
  open_.pop_back();
  // A block's end mark stands at the next token; its own end is its last child's.
  const std::optional<Span> span = Place(end);
  if (frame.flow && span) last_end_ = span->end;
  frame.node.span.end = std::max(frame.node.span.begin, last_end_);
  TakeNode(std::move(frame.node));
}

Style StyleOf(fy_token* token) {
  switch (fy_token_scalar_style(token)) {
    case FYSS_SINGLE_QUOTED:
      return Style::kSingleQuoted;
    case FYSS_DOUBLE_QUOTED:
      return Style::kDoubleQuoted;
    case FYSS_LITERAL:
      return Style::kLiteral;
    case FYSS_FOLDED:
      return Style::kFolded;
    default:
      return Style::kPlain;
  }
}

bool IsNullText(std::string_view text) {
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

void DocumentReader::TakeScalar(fy_token* token, fy_token* anchor, fy_token* tag) {
  RefuseAnchorAndTag(anchor, tag);
  Node node;
  const std::optional<Span> span = Place(token);
  size_t length = 0;
  const char* text = token == nullptr ? nullptr : fy_token_get_text(token, &length);
  if (text != nullptr) node.value.assign(text, length);
  node.style = token == nullptr ? Style::kPlain : StyleOf(token);
  // An empty value has no token in libfyaml 0.7 and an empty one in 0.8.
  if (!span || (node.style == Style::kPlain && node.value.empty())) {
    const uint32_t place = EmptyPlace();
    node.span = {.begin = place, .end = place};
    node.style = Style::kNone;
  } else {
    ScalarPlace place = PlaceScalar(bytes_, *span, node.style, node.value);
    node.kind = node.style == Style::kPlain && IsNullText(node.value) ? Node::Kind::kNull
                                                                      : Node::Kind::kScalar;
    node.span = place.span;
    node.pieces = std::move(place.pieces);
    node.exact = place.exact;
  }
  last_end_ = std::max(last_end_, node.span.end);
  if (!unicode::IsValidUtf8(node.value) || node.value.find('\0') != std::string::npos)
    AddProblem(Problem::Kind::kEncoding, node.span, "an escape gives a NUL or no character");
  TakeNode(std::move(node));
}

void DocumentReader::TakeAlias(fy_token* token) {
  const Span name = Place(token).value_or(Span{.begin = last_end_ + 1, .end = last_end_ + 1});
  Node node;
  node.span = {.begin = name.begin - 1, .end = name.end};
  last_end_ = std::max(last_end_, name.end);
  AddProblem(Problem::Kind::kAlias, node.span, "aliases are not supported");
  node.value = bytes_.substr(node.span.begin, node.span.end - node.span.begin);
  TakeNode(std::move(node));
}

void DocumentReader::TakeNode(Node node) {
  if (open_.empty()) {
    root_ = std::move(node);
    return;
  }
  Frame& parent = open_.back();
  if (!parent.has_begin) {
    parent.has_begin = true;
    parent.node.span.begin = node.span.begin;
  }
  if (parent.node.kind == Node::Kind::kSequence) {
    parent.node.items.push_back(std::move(node));
  } else if (!parent.key) {
    TakeKey(parent, node);
  } else {
    parent.key->value = std::move(node);
    if (!parent.key_dropped) parent.node.entries.push_back(std::move(*parent.key));
    parent.key.reset();
  }
}

void DocumentReader::TakeKey(Frame& mapping, const Node& node) {
  mapping.key = Entry{.key = node.value, .key_span = node.span, .value = {}};
  mapping.key_dropped = true;
  if (node.kind == Node::Kind::kMapping || node.kind == Node::Kind::kSequence) {
    AddProblem(Problem::Kind::kSyntax, node.span, "a key must be a text");
  } else if (node.style == Style::kNone && node.value.empty()) {
    AddProblem(Problem::Kind::kSyntax, node.span, "a key is missing");
  } else if (!mapping.keys.insert(node.value).second) {
    AddProblem(Problem::Kind::kDuplicateKey, node.span, "duplicate key '" + node.value + "'");
  } else {
    mapping.key_dropped = false;
  }
}

}  // namespace

const Node* Node::Find(std::string_view key) const {
  for (const Entry& entry : entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

Stream Parse(std::string_view bytes) {
  RIPOSTE_CHECK(bytes.size() < (size_t{1} << 31), "a YAML file has at most 2^31 bytes");
  Stream stream;
  CheckEncoding(bytes, stream.problems);
  if (!stream.problems.empty()) return stream;
  for (const Chunk& chunk : Split(bytes)) {
    std::optional<Document> document = DocumentReader(bytes, chunk, stream.problems).Read();
    if (document) stream.documents.push_back(std::move(*document));
  }
  std::stable_sort(stream.problems.begin(), stream.problems.end(),
                   [](const Problem& a, const Problem& b) { return a.span.begin < b.span.begin; });
  return stream;
}

}  // namespace riposte::yaml
