// The condition of a Sigma correlation: what a window is compared with, or which rules have to
// match in it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "rules/sigma/correlation_expression.h"
#include "rules/text/node_reader.h"

namespace riposte::sigma {

enum class CorrelationType : uint8_t {
  kEventCount,
  kValueCount,
  kValueSum,
  kValueAverage,
  kValuePercentile,
  kTemporal,
  kTemporalOrdered,
};
// "event_count" and so on.
std::string_view CorrelationTypeName(CorrelationType type);
bool IsTemporal(CorrelationType type);

// What is measured, and compared with a number. Of events and distinct values the number is whole
// and not negative.
struct MeasureCondition {
  enum class Operator : uint8_t { kMoreThan, kAtLeast, kLessThan, kAtMost, kEqual, kNotEqual };
  Operator compared = Operator::kAtLeast;
  double number = 0;
  text::Span number_span{};
  std::vector<Written> fields{};  // of event_count none, of value_count one or more, else one
  double percentile = 50;         // of value_percentile: above 0, up to 100
};

// Of a type that is not temporal. Empty after an error: correlation-condition, and those of reading
// YAML. A percentile without its `percentile` is the median, with a warning.
std::optional<MeasureCondition> ReadMeasureCondition(const yaml::Node& node, CorrelationType type,
                                                     text::NodeReader& reader);

// Of a temporal type: a number that comes to all of `rules`, or words. Fills `rules` from the words
// where it is empty. Empty after an error.
std::optional<std::vector<CorrelationTerm>> ReadTemporalCondition(const yaml::Node& node,
                                                                  std::vector<Written>& rules,
                                                                  text::NodeReader& reader);
// That each of so many rules matches, as without a condition.
std::vector<CorrelationTerm> EachOf(size_t rules);

}  // namespace riposte::sigma
