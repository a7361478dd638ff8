#include "rules/schema/read_sigma.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "rules/schema/read_source.h"

namespace riposte::schema {
namespace {

constexpr std::array<std::string_view, 3> kSectionKeys = {"default", "fields", "logsources"};
constexpr std::array<std::string_view, 4> kRouteKeys = {"product", "category", "service", "when"};
// What a field says of its place: as a token does, without what only a token has.
constexpr std::array<std::string_view, 6> kFieldKeys = {"path",     "paths", "join",
                                                        "constant", "cases", "steps"};

class SigmaReader {
 public:
  explicit SigmaReader(text::NodeReader& reader) : reader_(reader) {}

  SigmaMapping Read(const yaml::Node& section) {
    if (!reader_.Mapping(section, "'sigma'", kSectionKeys)) return {};
    if (const yaml::Node* node = section.Find("default")) ReadDefaults(*node);
    if (const yaml::Node* node = section.Find("fields")) ReadFields(*node);
    const yaml::Span top = {section.span.begin, section.span.begin};
    if (const yaml::Node* node = reader_.Required(section, "logsources", "'sigma'", top))
      ReadRoutes(*node);
    return std::move(mapping_);
  }

 private:
  void ReadDefaults(const yaml::Node& node) {
    if (node.kind == yaml::Node::Kind::kScalar) return ReadDefault(node);
    if (!reader_.List(node, "'default' of 'sigma'")) return;
    for (const yaml::Node& item : node.items) {
      if (reader_.Text(item, "a path of 'default'")) ReadDefault(item);
    }
  }

  void ReadDefault(const yaml::Node& node) {
    std::optional<Path> path = ParsePath(node.value);
    if (!path || path->keys.back() != "*") {
      reader_.Error(node.span, "bad-path",
                    fmt::format("'{}' is no path that ends in '*'", node.value),
                    "the last key is '*' and stands for the field's name: 'event_data.*'");
      return;
    }
    for (std::string& key : path->keys) {
      if (key == "*") key = kAnyKey;
    }
    mapping_.defaults.push_back(std::move(*path));
  }

  void ReadFields(const yaml::Node& node) {
    if (node.kind != yaml::Node::Kind::kMapping) {
      reader_.WrongType(node, "'fields' of 'sigma'",
                        "write the field's name and, below it, where it stands");
      return;
    }
    for (const yaml::Entry& entry : node.entries) {
      const std::string what = fmt::format("field '{}'", entry.key);
      if (!reader_.Mapping(entry.value, what, kFieldKeys)) continue;
      std::optional<FieldSource> source =
          ReadSource(reader_, entry.value, entry.key, entry.key_span, FieldType::kKeyword);
      if (source)
        mapping_.fields.push_back(
            {.name = entry.key, .alternatives = std::move(source->alternatives)});
    }
  }

  void ReadRoutes(const yaml::Node& node) {
    if (!reader_.List(node, "'logsources' of 'sigma'")) return;
    for (const yaml::Node& item : node.items) {
      if (reader_.Mapping(item, "a log source", kRouteKeys)) ReadRoute(item);
    }
  }

  void ReadRoute(const yaml::Node& node) {
    LogRoute route;
    const auto read = [&](std::string_view key, std::string& text) {
      if (const yaml::Node* value = node.Find(key))
        text = reader_.Text(*value, fmt::format("'{}' of a log source", key)).value_or("");
    };
    read("product", route.product);
    read("category", route.category);
    read("service", route.service);
    if (route.product.empty() && route.category.empty() && route.service.empty()) {
      reader_.Error(node.span, "missing-key", "the log source has no name",
                    "add one of 'product', 'category' and 'service'");
      return;
    }
    if (const yaml::Node* when = node.Find("when")) ReadWhen(*when, route);
    mapping_.routes.push_back(std::move(route));
  }

  // One mapping, or a list of them of which one must hold.
  void ReadWhen(const yaml::Node& node, LogRoute& route) {
    if (node.kind != yaml::Node::Kind::kSequence) {
      route.when.push_back(ReadConditions(reader_, node, "a log source"));
      return;
    }
    if (!reader_.List(node, "'when' of a log source")) return;
    for (const yaml::Node& item : node.items)
      route.when.push_back(ReadConditions(reader_, item, "a log source"));
  }

  text::NodeReader& reader_;
  SigmaMapping mapping_;
};

}  // namespace

SigmaMapping ReadSigma(text::NodeReader& reader, const yaml::Node& section) {
  return SigmaReader(reader).Read(section);
}

}  // namespace riposte::schema
