// A Sigma filter: a condition that is added to rules without changing their files.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "rules/query/expression.h"
#include "rules/sigma/fields.h"
#include "rules/sigma/placeholders.h"
#include "rules/text/node_reader.h"

namespace riposte::sigma {

struct FilterTarget {
  std::string text{};  // an id or a name
  text::Span span{};
};

struct Filter {
  text::SourcePtr source{};
  text::Span document{};
  bool of_all = false;                  // "rules: any"
  std::vector<FilterTarget> targets{};  // else
  LogSource log_source{};               // only rules of this log source
  // The rule matches where this holds, too: an exclusion says `not` itself. Spans count in the
  // filter's file.
  query::Expression expression{};

  // Whether it is for a rule with this id, name and log source.
  bool IsFor(const Uuid& id, std::string_view name, const LogSource& log_source) const;
};

// Empty after an error.
std::optional<Filter> ReadFilter(const yaml::Node& root, FieldTable& fields,
                                 const Placeholders& placeholders, text::NodeReader& reader);

}  // namespace riposte::sigma
