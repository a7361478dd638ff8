#include "rules/schema/node_reader.h"

#include <algorithm>

#include <fmt/format.h>

#include "rules/text/suggest.h"

namespace riposte::schema {
namespace {

std::string_view KindName(yaml::Node::Kind kind) {
  switch (kind) {
    case yaml::Node::Kind::kNull:
      return "nothing";
    case yaml::Node::Kind::kScalar:
      return "a text";
    case yaml::Node::Kind::kSequence:
      return "a list";
    case yaml::Node::Kind::kMapping:
      return "a mapping";
  }
  return "";
}

}  // namespace

void NodeReader::Error(yaml::Span span, std::string_view code, std::string message,
                       std::string hint) {
  diagnostics_.Error(source_, {span.begin, span.end}, code, std::move(message), std::move(hint));
}

void NodeReader::WrongType(const yaml::Node& node, std::string_view what, std::string_view wanted) {
  Error(node.span, "wrong-type", fmt::format("{} is {}", what, KindName(node.kind)),
        fmt::format("write {}", wanted));
}

bool NodeReader::Mapping(const yaml::Node& node, std::string_view what,
                         std::span<const std::string_view> known) {
  if (node.kind != yaml::Node::Kind::kMapping) {
    WrongType(node, what, "a mapping");
    return false;
  }
  for (const yaml::Entry& entry : node.entries) {
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
    std::string hint = text::DidYouMean(entry.key, known);
    if (hint.empty()) hint = fmt::format("known: {}", fmt::join(known, ", "));
    Error(entry.key_span, "unknown-key", fmt::format("unknown key '{}' in {}", entry.key, what),
          std::move(hint));
  }
  return true;
}

std::optional<std::string> NodeReader::Text(const yaml::Node& node, std::string_view what) {
  if (node.kind != yaml::Node::Kind::kScalar) {
    WrongType(node, what, "a text");
    return std::nullopt;
  }
  return node.value;
}

std::optional<bool> NodeReader::Bool(const yaml::Node& node, std::string_view what) {
  if (node.kind == yaml::Node::Kind::kScalar && node.style == yaml::Style::kPlain) {
    if (node.value == "true") return true;
    if (node.value == "false") return false;
  }
  Error(node.span, "wrong-type", fmt::format("{} is neither true nor false", what),
        "write true or false");
  return std::nullopt;
}

std::vector<const yaml::Node*> NodeReader::Scalars(const yaml::Node& node, std::string_view what) {
  std::vector<const yaml::Node*> scalars;
  if (node.kind == yaml::Node::Kind::kScalar) {
    scalars.push_back(&node);
  } else if (node.kind == yaml::Node::Kind::kSequence && !node.items.empty()) {
    for (const yaml::Node& item : node.items) {
      if (Text(item, fmt::format("an entry of {}", what))) scalars.push_back(&item);
    }
  } else {
    WrongType(node, what, "a text or a list of texts");
  }
  return scalars;
}

std::vector<std::string> NodeReader::Texts(const yaml::Node& node, std::string_view what) {
  std::vector<std::string> texts;
  for (const yaml::Node* scalar : Scalars(node, what)) texts.push_back(scalar->value);
  return texts;
}

std::optional<std::string> NodeReader::Required(const yaml::Node& mapping, std::string_view key,
                                                std::string_view owner, yaml::Span span) {
  const yaml::Node* node = mapping.Find(key);
  if (node == nullptr) {
    Error(span, "missing-key", fmt::format("{} has no '{}'", owner, key),
          fmt::format("add '{}:'", key));
    return std::nullopt;
  }
  std::optional<std::string> text = Text(*node, fmt::format("'{}' of {}", key, owner));
  if (text && text->empty()) {
    Error(node->span, "missing-key", fmt::format("'{}' of {} is empty", key, owner));
    return std::nullopt;
  }
  return text;
}

}  // namespace riposte::schema
