#include "rules/sigma/placeholders.h"

#include <array>
#include <utility>

#include <fmt/format.h>

namespace riposte::sigma {
namespace {

constexpr std::array<std::string_view, 1> kKeys = {"placeholders"};

// A value cut at its placeholders: texts are as written, escapes of wildcards included.
struct Part {
  bool is_name = false;
  std::string text;
};

std::vector<Part> Split(std::string_view value) {
  std::vector<Part> parts(1);
  for (size_t at = 0; at < value.size(); ++at) {
    if (value[at] == '\\' && at + 1 < value.size()) {
      if (value[at + 1] != '%') parts.back().text += '\\';
      parts.back().text += value[++at];
      continue;
    }
    const size_t end = value[at] == '%' ? value.find('%', at + 1) : std::string_view::npos;
    if (end == std::string_view::npos || end == at + 1) {
      parts.back().text += value[at];
      continue;
    }
    parts.push_back({.is_name = true, .text = std::string(value.substr(at + 1, end - at - 1))});
    parts.emplace_back();
    at = end;
  }
  return parts;
}

}  // namespace

bool Placeholders::IsPlaceholders(const yaml::Node& root) {
  return root.kind == yaml::Node::Kind::kMapping && root.Find("placeholders") != nullptr;
}

void Placeholders::Read(const yaml::Node& root, text::NodeReader& reader) {
  if (!reader.Mapping(root, "a document of placeholders", kKeys)) return;
  const yaml::Node& names = *root.Find("placeholders");
  if (names.kind != yaml::Node::Kind::kMapping) {
    reader.WrongType(names, "'placeholders'", "write each name and, below it, its values");
    return;
  }
  for (const yaml::Entry& entry : names.entries) {
    const std::string what = fmt::format("the values of '{}'", entry.key);
    std::vector<std::string> values;
    if (entry.value.kind == yaml::Node::Kind::kScalar) {
      values.push_back(entry.value.value);
    } else {
      values = reader.Texts(entry.value, what);
    }
    const bool is_new = values_.emplace(entry.key, std::move(values)).second;
    if (is_new) continue;
    reader.Error(entry.key_span, "duplicate-placeholder",
                 fmt::format("the placeholder '{}' has values already", entry.key),
                 "put all its values in one place");
  }
}

const std::vector<std::string>* Placeholders::Find(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? nullptr : &found->second;
}

Placeholders::Expanded Placeholders::Expand(std::string_view value) const {
  std::vector<std::string> texts = {""};
  for (const Part& part : Split(value)) {
    const std::vector<std::string> one = {part.text};
    const std::vector<std::string>* values = part.is_name ? Find(part.text) : &one;
    if (values == nullptr) return {.missing = part.text};
    if (texts.size() * values->size() > kMaxExpansions) return {.too_many = true};
    std::vector<std::string> longer;
    for (const std::string& text : texts)
      for (const std::string& end : *values) longer.push_back(text + end);
    texts = std::move(longer);
  }
  return {.texts = std::move(texts)};
}

}  // namespace riposte::sigma
