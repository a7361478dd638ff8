// The detection of a Sigma rule, or the filter of a Sigma filter: search identifiers and a
// condition.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "rules/query/expression.h"
#include "rules/sigma/item.h"

namespace riposte::sigma {

// The built expression, spans counting in the file; empty after an error. `what` names the section;
// the keys of `others` are no search identifiers.
std::optional<query::Expression> CompileDetection(const DetectionContext& context,
                                                  const yaml::Node& section, std::string_view what,
                                                  std::span<const std::string_view> others);

}  // namespace riposte::sigma
