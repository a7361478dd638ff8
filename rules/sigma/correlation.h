// A Sigma correlation, read: which rules it refers to, and how often or in which order they have to
// match. What the names in it mean is known only when all rules of the set are.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "rules/sigma/correlation_condition.h"
#include "rules/sigma/metadata.h"
#include "rules/text/node_reader.h"

namespace riposte::sigma {

// A name for fields that are called differently in the events of different rules.
struct FieldAlias {
  struct Field {
    Written rule{};  // its name or id
    Written field{};
  };
  Written name{};
  std::vector<Field> fields{};
};

// Most fields in `group-by`.
inline constexpr size_t kMostGroupFields = 64;

struct Correlation {
  Metadata about{};
  CorrelationType type = CorrelationType::kEventCount;
  std::vector<Written> rules{};  // names or ids, kMostCorrelated at most
  text::Span rules_span{};
  bool generate = false;            // the rules fire by themselves, too
  std::vector<Written> group_by{};  // fields or aliases, each once
  std::vector<FieldAlias> aliases{};
  Duration timespan{};
  text::Span timespan_span{};
  MeasureCondition measured{};           // of a type that is not temporal
  std::vector<CorrelationTerm> terms{};  // of a temporal one, at least one
  text::Span condition_span{};           // empty without one
  text::Span section_span{};             // of the value of `correlation`
};

// Empty after an error. `root` has the key `correlation`.
std::optional<Correlation> ReadCorrelation(const yaml::Node& root, text::NodeReader& reader);

}  // namespace riposte::sigma
