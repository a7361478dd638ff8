// Reads how a profile finds one token: the keys path, paths, union, join, constant, cases and steps
// (docs/profiles.md).
#pragma once

#include <optional>
#include <string_view>

#include "rules/schema/profile.h"
#include "rules/text/node_reader.h"

namespace riposte::schema {

// "a.b\.c" is the keys "a" and "b.c"; a backslash escapes a dot or a backslash. Empty if a key is
// empty or an escape is another.
std::optional<Path> ParsePath(std::string_view text);

// The conditions of a `when`, a mapping of paths to one value or several; `what` names what it
// belongs to in messages.
std::vector<Condition> ReadConditions(text::NodeReader& reader, const yaml::Node& node,
                                      std::string_view what);

// The keys that ReadSource() reads of a token.
inline constexpr std::string_view kSourceKeys[] = {"path",     "paths", "union", "join",
                                                   "constant", "cases", "steps", "time"};

// The source that `token`, a mapping, describes; `name` is the token's, `name_span` where it
// stands. Empty if there was an error, which the reader's collector then has.
std::optional<FieldSource> ReadSource(text::NodeReader& reader, const yaml::Node& token,
                                      std::string_view name, yaml::Span name_span, FieldType type);

}  // namespace riposte::schema
