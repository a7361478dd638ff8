// The log source of a Sigma rule: which events it is about.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <vector>

#include "rules/schema/profile.h"
#include "rules/text/node_reader.h"

namespace riposte::sigma {

// An empty text stands for none.
struct LogSource {
  std::string product{}, category{}, service{};
  auto operator<=>(const LogSource&) const = default;
  std::string ToString() const;  // "product windows, category process_creation"
  // Whether `other` asks for all that this one does: a filter for "product windows" is for each of
  // its rules.
  bool Covers(const LogSource& other) const;
};

// Empty after an error: no mapping, or none of the three.
std::optional<LogSource> ReadLogSource(text::NodeReader& reader, const yaml::Node& node);

// The conditions under which an event of a format belongs to the log source: all of one of the
// inner lists; none if the format does not provide it. A category and a service must both hold; a
// product alone is each of its routes, unless the format names the product itself.
using Ways = std::vector<std::vector<schema::Condition>>;
std::optional<Ways> WaysInto(const LogSource& source, const schema::SigmaMapping& format);

}  // namespace riposte::sigma
