// base/yaml on any bytes: it reads them or says what is wrong, and every place that it gives lies
// in the file.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "base/unicode.h"
#include "base/yaml.h"

namespace {

using riposte::yaml::Document;
using riposte::yaml::Entry;
using riposte::yaml::Node;
using riposte::yaml::Piece;
using riposte::yaml::Problem;
using riposte::yaml::Span;
using riposte::yaml::Stream;

void CheckSpan(std::string_view bytes, Span span) {
  RIPOSTE_CHECK(span.begin <= span.end && span.end <= bytes.size(), "a span lies in the file");
}

// `faultless`: the reader found nothing wrong, so values are UTF-8.
void CheckNode(std::string_view bytes, const Node& node, bool faultless) {
  CheckSpan(bytes, node.span);
  uint32_t previous = 0;
  for (const Piece& piece : node.pieces) {
    RIPOSTE_CHECK(piece.value_begin >= previous && piece.value_begin <= node.value.size(),
                  "pieces ascend");
    RIPOSTE_CHECK(piece.file_begin <= bytes.size(), "a piece lies in the file");
    previous = piece.value_begin;
  }
  RIPOSTE_CHECK(!faultless || riposte::unicode::IsValidUtf8(node.value), "a value is UTF-8");
  if (node.kind == Node::Kind::kScalar && node.exact)
    RIPOSTE_CHECK(!node.pieces.empty() && node.pieces.front().value_begin == 0,
                  "an exact value has pieces");
  for (const Node& item : node.items) CheckNode(bytes, item, faultless);
  for (const Entry& entry : node.entries) {
    CheckSpan(bytes, entry.key_span);
    CheckNode(bytes, entry.value, faultless);
  }
}

}  // namespace

// libfyaml 0.7.12 forgets a token where an error follows an anchor and a tag. Read once per faulty
// file, that is no concern.
// NOLINTNEXTLINE(bugprone-reserved-identifier): the sanitizer looks for this name.
extern "C" const char* __lsan_default_suppressions() { return "leak:libfyaml\n"; }

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Stream stream = riposte::yaml::Parse(bytes);
  for (const Problem& problem : stream.problems) {
    CheckSpan(bytes, problem.span);
    RIPOSTE_CHECK(!problem.message.empty(), "a problem says what it is");
  }
  for (const Document& document : stream.documents) {
    CheckSpan(bytes, document.span);
    CheckNode(bytes, document.root, stream.problems.empty());
  }
  return 0;
}
