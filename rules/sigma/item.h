// One item of a detection: a field with its modifiers and values, or a value that may stand
// anywhere in the event.
#pragma once

#include <optional>

#include "rules/query/expression.h"
#include "rules/sigma/fields.h"
#include "rules/sigma/logsource.h"
#include "rules/sigma/placeholders.h"
#include "rules/text/node_reader.h"

namespace riposte::sigma {

// What reading a detection needs. Borrows all of it.
struct DetectionContext {
  text::NodeReader& reader;
  FieldTable& fields;
  const Placeholders& placeholders;
  const LogSource& source;
};

// Most values that one value may become (placeholders, dashes).
inline constexpr size_t kMaxVariants = 10'000;

// The item as a node of `out`; empty after an error.
std::optional<query::NodeId> CompileItem(const DetectionContext& context, const yaml::Entry& entry,
                                         query::Expression& out);
// A value without a field.
std::optional<query::NodeId> CompileKeyword(const DetectionContext& context,
                                            const yaml::Node& value, query::Expression& out);

}  // namespace riposte::sigma
