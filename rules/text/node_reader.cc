#include "rules/text/node_reader.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "rules/text/suggest.h"

namespace riposte::text {
namespace {

std::string_view ProblemCode(yaml::Problem::Kind kind) {
  switch (kind) {
    case yaml::Problem::Kind::kSyntax:
      return "yaml-syntax";
    case yaml::Problem::Kind::kEncoding:
      return "yaml-encoding";
    case yaml::Problem::Kind::kDuplicateKey:
      return "duplicate-key";
    case yaml::Problem::Kind::kAlias:
      return "yaml-alias";
    case yaml::Problem::Kind::kTag:
      return "yaml-tag";
    case yaml::Problem::Kind::kTooDeep:
      return "yaml-too-deep";
  }
  return "yaml-syntax";
}

std::string ProblemHint(yaml::Problem::Kind kind) {
  switch (kind) {
    case yaml::Problem::Kind::kEncoding:
      return "save the file as UTF-8 text";
    case yaml::Problem::Kind::kDuplicateKey:
      return "keep one of them";
    case yaml::Problem::Kind::kAlias:
      return "write the value itself, or put quotes around it";
    case yaml::Problem::Kind::kTag:
      return "put quotes around the value";
    case yaml::Problem::Kind::kSyntax:
    case yaml::Problem::Kind::kTooDeep:
      return {};
  }
  return {};
}

std::string_view KindName(yaml::Node::Kind kind) {
  switch (kind) {
    case yaml::Node::Kind::kNull:
      return "nothing";
    case yaml::Node::Kind::kScalar:
      return "a single value";
    case yaml::Node::Kind::kSequence:
      return "a list";
    case yaml::Node::Kind::kMapping:
      return "a mapping";
  }
  return "";
}

}  // namespace

Span ToSpan(yaml::Span span) { return {.begin = span.begin, .end = span.end}; }

void AddProblems(const yaml::Stream& stream, const SourcePtr& source, Diagnostics& diagnostics) {
  for (const yaml::Problem& problem : stream.problems)
    diagnostics.Error(source, ToSpan(problem.span), ProblemCode(problem.kind), problem.message,
                      ProblemHint(problem.kind));
}

Fragment ToFragment(const SourcePtr& source, const yaml::Node& scalar) {
  const size_t last = scalar.value.find_last_not_of(" \t\r\n");
  std::string text = scalar.value.substr(0, last == std::string::npos ? 0 : last + 1);
  std::vector<Fragment::Piece> pieces;
  pieces.reserve(std::max<size_t>(scalar.pieces.size(), 1));
  for (const yaml::Piece& piece : scalar.pieces)
    pieces.push_back({.text_begin = piece.value_begin, .source_begin = piece.file_begin});
  if (pieces.empty()) pieces.push_back({.text_begin = 0, .source_begin = scalar.span.begin});
  return Fragment(source, std::move(text), std::move(pieces));
}

std::string Suggestion(std::string_view written, std::span<const std::string_view> choices) {
  std::string hint = DidYouMean(written, choices);
  if (hint.empty()) hint = fmt::format("one of {}", fmt::join(choices, ", "));
  return hint;
}

NodeReader::NodeReader(SourcePtr source, Diagnostics& diagnostics)
    : source_(std::move(source)), diagnostics_(diagnostics) {}

void NodeReader::Error(yaml::Span span, std::string_view code, std::string message,
                       std::string hint) {
  diagnostics_.Error(source_, ToSpan(span), code, std::move(message), std::move(hint));
}

void NodeReader::Warning(yaml::Span span, std::string_view code, std::string message,
                         std::string hint) {
  diagnostics_.Warning(source_, ToSpan(span), code, std::move(message), std::move(hint));
}

void NodeReader::WrongType(const yaml::Node& node, std::string_view what, std::string hint) {
  if (node.kind == yaml::Node::Kind::kNull) {
    Error(node.span, "empty-value", fmt::format("{} has no value", what), std::move(hint));
  } else {
    Error(node.span, "wrong-type", fmt::format("{} is {}", what, KindName(node.kind)),
          std::move(hint));
  }
}

bool NodeReader::Mapping(const yaml::Node& node, std::string_view what,
                         std::span<const std::string_view> known) {
  if (node.kind != yaml::Node::Kind::kMapping) {
    WrongType(node, what, fmt::format("write a mapping with {}", fmt::join(known, ", ")));
    return false;
  }
  for (const yaml::Entry& entry : node.entries) {
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
    Error(entry.key_span, "unknown-key", fmt::format("unknown key '{}' in {}", entry.key, what),
          Suggestion(entry.key, known));
  }
  return true;
}

bool NodeReader::List(const yaml::Node& node, std::string_view what) {
  if (node.kind != yaml::Node::Kind::kSequence) {
    WrongType(node, what, "write a list");
    return false;
  }
  if (node.items.empty()) {
    Error(node.span, "empty-value", fmt::format("{} is an empty list", what), "leave the key out");
    return false;
  }
  return true;
}

std::optional<std::string> NodeReader::Text(const yaml::Node& node, std::string_view what) {
  if (node.kind == yaml::Node::Kind::kScalar) return node.value;
  WrongType(node, what, "write a text");
  return std::nullopt;
}

std::vector<std::string> NodeReader::Texts(const yaml::Node& node, std::string_view what) {
  std::vector<std::string> texts;
  if (!List(node, what)) return texts;
  for (const yaml::Node& item : node.items) {
    if (std::optional<std::string> text = Text(item, fmt::format("an entry of {}", what)))
      texts.push_back(std::move(*text));
  }
  return texts;
}

std::optional<bool> NodeReader::Bool(const yaml::Node& node, std::string_view what) {
  if (node.kind != yaml::Node::Kind::kScalar) {
    WrongType(node, what, "write true or false");
    return std::nullopt;
  }
  if (node.style == yaml::Style::kPlain) {
    if (node.value == "true") return true;
    if (node.value == "false") return false;
  }
  Error(node.span, "wrong-type", fmt::format("{} is neither true nor false", what),
        "write true or false");
  return std::nullopt;
}

std::optional<int64_t> NodeReader::Count(const yaml::Node& node, std::string_view what) {
  if (node.kind != yaml::Node::Kind::kScalar) {
    WrongType(node, what, "write a number");
    return std::nullopt;
  }
  int64_t number = 0;
  const char* const end = node.value.data() + node.value.size();
  const std::from_chars_result read = std::from_chars(node.value.data(), end, number);
  const bool whole = read.ec == std::errc() && read.ptr == end && number >= 0;
  if (whole && node.style == yaml::Style::kPlain) return number;
  Error(node.span, "wrong-type", fmt::format("{} is no whole number", what),
        "write a whole number, 0 or more, without quotes");
  return std::nullopt;
}

std::optional<size_t> NodeReader::Choice(const yaml::Node& node, std::string_view what,
                                         std::span<const std::string_view> choices) {
  if (node.kind != yaml::Node::Kind::kScalar) {
    WrongType(node, what, fmt::format("one of {}", fmt::join(choices, ", ")));
    return std::nullopt;
  }
  for (size_t i = 0; i < choices.size(); ++i) {
    if (choices[i] == node.value) return i;
  }
  Error(node.span, "unknown-value", fmt::format("{} cannot be '{}'", what, node.value),
        Suggestion(node.value, choices));
  return std::nullopt;
}

const yaml::Node* NodeReader::Required(const yaml::Node& mapping, std::string_view key,
                                       std::string_view owner, yaml::Span place) {
  const yaml::Node* node = mapping.Find(key);
  if (node == nullptr)
    Error(place, "missing-key", fmt::format("{} has no '{}'", owner, key),
          fmt::format("add '{}:'", key));
  return node;
}

}  // namespace riposte::text
