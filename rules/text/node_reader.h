// Reads YAML that people write (rules, profiles): each mismatch becomes a positioned error, and
// reading goes on.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/yaml.h"
#include "rules/text/diagnostic.h"

namespace riposte::text {

Span ToSpan(yaml::Span span);

// What the YAML reader found wrong, as errors.
void AddProblems(const yaml::Stream& stream, const SourcePtr& source, Diagnostics& diagnostics);

// The value of a scalar, which knows where its bytes stand in the file; trailing blanks and line
// ends are left out, so that "at the end" is behind the last thing written.
Fragment ToFragment(const SourcePtr& source, const yaml::Node& scalar);

// Borrows the collector. `what` names the value in messages: "'severity'", "a test". What cannot be
// read comes back empty, after the error was added.
class NodeReader {
 public:
  NodeReader(SourcePtr source, Diagnostics& diagnostics);

  void Error(yaml::Span span, std::string_view code, std::string message, std::string hint = {});
  void Warning(yaml::Span span, std::string_view code, std::string message, std::string hint = {});

  // wrong-type unless it is a mapping; unknown-key for each key that is not `known`, which does not
  // make the result false.
  bool Mapping(const yaml::Node& node, std::string_view what,
               std::span<const std::string_view> known);
  // wrong-type unless it is a list, empty-value if it has no item.
  bool List(const yaml::Node& node, std::string_view what);
  // A scalar's value: wrong-type for a list or a mapping, empty-value for nothing.
  std::optional<std::string> Text(const yaml::Node& node, std::string_view what);
  // A list of scalars.
  std::vector<std::string> Texts(const yaml::Node& node, std::string_view what);
  // Plain true or false.
  std::optional<bool> Bool(const yaml::Node& node, std::string_view what);
  // A plain whole number, 0 or more.
  std::optional<int64_t> Count(const yaml::Node& node, std::string_view what);
  // Index of the one of `choices` that is written; unknown-value otherwise.
  std::optional<size_t> Choice(const yaml::Node& node, std::string_view what,
                               std::span<const std::string_view> choices);
  // The value of `key`, or null after missing-key at `place`.
  const yaml::Node* Required(const yaml::Node& mapping, std::string_view key,
                             std::string_view owner, yaml::Span place);

  void WrongType(const yaml::Node& node, std::string_view what, std::string hint);

  const SourcePtr& source() const { return source_; }
  Diagnostics& diagnostics() { return diagnostics_; }

 private:
  SourcePtr source_;
  Diagnostics& diagnostics_;
};

// "did you mean 'x'?", or else "one of x, y, z".
std::string Suggestion(std::string_view written, std::span<const std::string_view> choices);

}  // namespace riposte::text
