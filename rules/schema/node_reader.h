// Reads the YAML of a profile: each mismatch becomes a positioned error, and reading goes on.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/yaml.h"
#include "rules/text/diagnostic.h"

namespace riposte::schema {

// Borrows the collector. What cannot be read comes back empty, after the error was added.
class NodeReader {
 public:
  NodeReader(text::SourcePtr source, text::Diagnostics& diagnostics)
      : source_(std::move(source)), diagnostics_(diagnostics) {}

  void Error(yaml::Span span, std::string_view code, std::string message, std::string hint = {});

  // Whether `node` is a mapping whose keys are all `known`; an unknown one is reported, and does
  // not make the result false.
  bool Mapping(const yaml::Node& node, std::string_view what,
               std::span<const std::string_view> known);
  std::optional<std::string> Text(const yaml::Node& node, std::string_view what);
  std::optional<bool> Bool(const yaml::Node& node, std::string_view what);
  // A scalar counts as a list of one. An empty list is an error.
  std::vector<std::string> Texts(const yaml::Node& node, std::string_view what);
  // The same with their places.
  std::vector<const yaml::Node*> Scalars(const yaml::Node& node, std::string_view what);
  // The text of `key`, which must be there; `owner` says of what, `span` where to point if it is
  // not.
  std::optional<std::string> Required(const yaml::Node& mapping, std::string_view key,
                                      std::string_view owner, yaml::Span span);

  const text::SourcePtr& source() const { return source_; }
  text::Diagnostics& diagnostics() { return diagnostics_; }

 private:
  void WrongType(const yaml::Node& node, std::string_view what, std::string_view wanted);

  text::SourcePtr source_;
  text::Diagnostics& diagnostics_;
};

}  // namespace riposte::schema
